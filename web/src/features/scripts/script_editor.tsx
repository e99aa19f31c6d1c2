import '@mantine/tiptap/styles.css';
import { Button, Input, Menu } from '@mantine/core';
import { RichTextEditor } from '@mantine/tiptap';
import { IconBraces, IconChevronDown } from '@tabler/icons-react';
import { useEditor } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import type { ReactNode } from 'react';
import { placeholders } from './script_text';

interface Props {
  value: string;
  onChange: (html: string) => void;
  error?: ReactNode;
}

/** Rich text with a menu of lead fields; a field stands in the text as {{name}}. */
export function ScriptEditor({ value, onChange, error }: Props) {
  const editor = useEditor({
    extensions: [StarterKit.configure({ link: { openOnClick: false } })],
    content: value,
    onUpdate: ({ editor: changed }) => onChange(changed.getHTML()),
    editorProps: { attributes: { 'aria-label': 'Text of the script', role: 'textbox', 'aria-multiline': 'true' } },
  });
  return (
    <Input.Wrapper label="Text" labelElement="div" error={error}>
      <RichTextEditor editor={editor} variant="subtle">
        <RichTextEditor.Toolbar sticky stickyOffset={0}>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Bold />
            <RichTextEditor.Italic />
            <RichTextEditor.Underline />
            <RichTextEditor.Strikethrough />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.H2 />
            <RichTextEditor.H3 />
            <RichTextEditor.BulletList />
            <RichTextEditor.OrderedList />
            <RichTextEditor.Blockquote />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Undo />
            <RichTextEditor.Redo />
          </RichTextEditor.ControlsGroup>
          <Menu shadow="md" position="bottom-start">
            <Menu.Target>
              <Button variant="light" size="compact-sm" leftSection={<IconBraces size={15} />} rightSection={<IconChevronDown size={14} />}>
                Lead field
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
              {placeholders.map(({ name, label }) => (
                <Menu.Item key={name} onClick={() => editor?.chain().focus().insertContent(`{{${name}}}`).run()}>
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </RichTextEditor.Toolbar>
        <RichTextEditor.Content mih={260} />
      </RichTextEditor>
    </Input.Wrapper>
  );
}

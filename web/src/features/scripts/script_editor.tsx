import '@mantine/tiptap/styles.css';
import { Input } from '@mantine/core';
import { RichTextEditor } from '@mantine/tiptap';
import { useEditor } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import type { ReactNode } from 'react';
import { PlaceholderMenu } from './placeholder_menu';

interface Props {
  /** Its id; null: a new one. */
  script: number | null;
  value: string;
  onChange: (html: string) => void;
  error?: ReactNode;
}

/** Rich text with a menu of lead fields; a field stands in the text as {{name}}. */
export function ScriptEditor({ script, value, onChange, error }: Props) {
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
          <PlaceholderMenu script={script} onChoose={(name) => editor?.chain().focus().insertContent({ type: 'text', text: `{{${name}}}` }).run()} />
        </RichTextEditor.Toolbar>
        <RichTextEditor.Content mih={260} />
      </RichTextEditor>
    </Input.Wrapper>
  );
}

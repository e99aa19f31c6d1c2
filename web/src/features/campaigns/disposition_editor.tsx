import { ActionIcon, Button, Checkbox, Input, TextInput, Tooltip } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import { blankDisposition, type CampaignForm } from './campaign_form_values';
import classes from './rows.module.css';

const flags = [
  { name: 'final', label: 'Final', help: 'The lead is never dialed again' },
  { name: 'callback', label: 'Call back', help: 'Asks for a time; the lead is not called until then' },
  { name: 'recyclable', label: 'Recyclable', help: 'Data Recycle may bring the lead back' },
  { name: 'do_not_call', label: 'Do not call', help: "The number goes to the campaign's do-not-call list" },
  { name: 'sale', label: 'Sale', help: 'Counts as a sale' },
] as const;

/** What agents can say came of a call, and what saying so does. */
export function DispositionEditor({ form }: { form: UseFormReturnType<CampaignForm> }) {
  const rules = form.values.dispositions;
  const add = (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<IconPlus size={14} />}
      onClick={() => form.insertListItem('dispositions', blankDisposition)}
    >
      Add a disposition
    </Button>
  );
  return (
    <Input.Wrapper error={form.errors.dispositions}>
      <div className={classes.rows}>
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                {flags.map((flag) => (
                  <th key={flag.name} scope="col">
                    <Tooltip label={flag.help}>
                      <span>{flag.label}</span>
                    </Tooltip>
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rules.map((rule, index) => (
                <tr key={index}>
                  <td>
                    <TextInput aria-label={`Name of disposition ${index + 1}`} required maxLength={64} {...form.getInputProps(`dispositions.${index}.name`)} />
                  </td>
                  {flags.map((flag) => (
                    <td key={flag.name}>
                      <Checkbox
                        className={classes.check}
                        aria-label={`${rule.name || 'New disposition'}: ${flag.label}`}
                        {...form.getInputProps(`dispositions.${index}.${flag.name}`, { type: 'checkbox' })}
                      />
                    </td>
                  ))}
                  <td>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      disabled={rules.length === 1}
                      aria-label={`Remove ${rule.name || 'new disposition'}`}
                      onClick={() => form.removeListItem('dispositions', index)}
                    >
                      <IconX size={16} />
                    </ActionIcon>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {add}
      </div>
    </Input.Wrapper>
  );
}

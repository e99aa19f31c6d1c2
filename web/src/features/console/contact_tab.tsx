import { Button } from '@mantine/core';
import { IconFlag, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Lead } from '@/api/types';
import { showDone, showError } from '@/app/errors';
import { useConfirm } from '@/components/confirm';
import { formatTime } from '@/components/format';
import { leadFieldGroups, leadFieldLabel } from '@/features/leads/lead_columns';
import { ContactEditor, useUnsavedContact } from './contact_editor';
import classes from './contact_tab.module.css';

const invalidDetails = 'Invalid Details';

/** Everything that is known of the lead; what is empty is left out. */
export function ContactTab({ lead }: { lead: Lead }) {
  const unsaved = useUnsavedContact(lead.id);
  const [editing, setEditing] = useState(unsaved);
  const confirm = useConfirm();
  if (editing) return <ContactEditor lead={lead} onClose={() => setEditing(false)} />;
  const flagged = lead.status === invalidDetails;
  async function flag() {
    const yes = await confirm({
      title: 'Are the details of this lead invalid?',
      text: `Its status becomes “${invalidDetails}”: it is not dialed until a supervisor has put it right.`,
      action: 'Mark as invalid',
    });
    if (!yes) return;
    try {
      await unwrap(api.PATCH('/leads/{id}', { params: { path: { id: lead.id } }, body: { invalid_details: true } }));
      showDone('The lead is marked.');
    } catch (error) {
      showError(error);
    }
  }
  const groups = [...ownFields(lead), ...kept(lead)]
    .map((group) => ({ ...group, facts: group.facts.filter(([, value]) => value !== '') }))
    .filter((group) => group.facts.length > 0);
  return (
    <div className={classes.contact}>
      <div className={classes.actions}>
        <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => setEditing(true)}>
          Edit details
        </Button>
        <Button size="xs" variant="default" leftSection={<IconFlag size={15} />} disabled={flagged} onClick={() => void flag()}>
          {flagged ? 'Details are marked invalid' : 'Invalid details'}
        </Button>
      </div>
      {lead.comments ? <p className={classes.comments}>{lead.comments}</p> : null}
      {groups.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <dl>
            {group.facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="tabular">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

interface Group {
  title: string;
  facts: (readonly [label: string, value: string])[];
}

function ownFields(lead: Lead): Group[] {
  return leadFieldGroups.map(({ title, fields }) => ({
    title,
    facts: fields.map((field) => [leadFieldLabel(field), lead[field]] as const),
  }));
}

function kept(lead: Lead): Group[] {
  return [
    { title: 'Own columns', facts: Object.entries(lead.custom) },
    {
      title: 'History',
      facts: [
        ['Called before', lead.called_count > 0 ? `${lead.called_count} times` : 'never'],
        ['Last called', formatTime(lead.last_called_at)],
        ['Last disposition', lead.last_disposition],
        ['Status', lead.status],
      ],
    },
  ];
}

import type { Lead } from '@/api/types';
import { formatTime } from '@/components/format';
import { leadFieldGroups, leadFieldLabel } from '@/features/leads/lead_columns';
import classes from './contact_tab.module.css';

/** Everything that is known of the lead; what is empty is left out. */
export function ContactTab({ lead }: { lead: Lead }) {
  const groups = [...ownFields(lead), ...kept(lead)]
    .map((group) => ({ ...group, facts: group.facts.filter(([, value]) => value !== '') }))
    .filter((group) => group.facts.length > 0);
  return (
    <div className={classes.contact}>
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

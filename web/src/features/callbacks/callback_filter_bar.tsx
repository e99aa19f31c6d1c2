import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, leadsetsQuery, usersQuery } from '@/api/queries';
import { choicesOf, FilterSelect } from '@/components/filter_select';
import classes from '@/features/calls/call_filter_bar.module.css';
import { isFiltered, noFilters, type CallbackFilters } from './callback_filters';

/** What narrows the list of call-backs down. */
export function CallbackFilterBar({ filters, onChange }: { filters: CallbackFilters; onChange: (part: Partial<CallbackFilters>) => void }) {
  const campaigns = useQuery(campaignsQuery);
  const leadsets = useQuery(leadsetsQuery);
  const users = useQuery(usersQuery);
  const number = (value: string | undefined) => (value ? Number(value) : undefined);
  return (
    <div className={classes.filters}>
      <FilterSelect
        label="Campaign"
        all="All campaigns"
        searchable
        w={150}
        data={choicesOf(campaigns.data)}
        value={filters.campaign}
        onChange={(campaign) => onChange({ campaign: number(campaign) })}
      />
      <FilterSelect
        label="Leadset"
        all="All leadsets"
        searchable
        w={150}
        data={choicesOf(leadsets.data)}
        value={filters.leadset}
        onChange={(leadset) => onChange({ leadset: number(leadset) })}
      />
      <FilterSelect
        label="For"
        placeholder="For whom"
        all="For everybody"
        searchable
        w={150}
        data={[{ value: 'anyone', label: 'Anyone' }, ...choicesOf(users.data)]}
        value={filters.for}
        onChange={(whom) => onChange({ for: whom === 'anyone' ? whom : number(whom) })}
      />
      <FilterSelect
        label="Due"
        all="Due at any time"
        w={120}
        data={[{ value: 'overdue', label: 'Overdue' }]}
        value={filters.overdue ? 'overdue' : undefined}
        onChange={(due) => onChange({ overdue: due === 'overdue' ? true : undefined })}
      />
      <TextInput aria-label="From day" type="date" w={140} value={filters.from ?? ''} onChange={(event) => onChange({ from: event.currentTarget.value || undefined })} />
      <TextInput aria-label="To day" type="date" w={140} value={filters.to ?? ''} onChange={(event) => onChange({ to: event.currentTarget.value || undefined })} />
      {isFiltered(filters) ? (
        <Button variant="subtle" onClick={() => onChange(noFilters)}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}

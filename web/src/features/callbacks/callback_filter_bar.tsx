import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, leadsetsQuery, usersQuery } from '@/api/queries';
import { DayFilter } from '@/components/day_filter';
import { choicesOf, FilterSelect } from '@/components/filter_select';
import { isFiltered, noFilters, type CallbackFilters } from './callback_filters';

/** What narrows the list of call-backs down. */
export function CallbackFilterBar({ filters, onChange }: { filters: CallbackFilters; onChange: (part: Partial<CallbackFilters>) => void }) {
  const campaigns = useQuery(campaignsQuery);
  const leadsets = useQuery(leadsetsQuery);
  const users = useQuery(usersQuery);
  const number = (value: string | undefined) => (value ? Number(value) : undefined);
  return (
    <>
      <FilterSelect
        label="Campaign"
        all="All campaigns"
        searchable
        w={118}
        data={choicesOf(campaigns.data)}
        value={filters.campaign}
        onChange={(campaign) => onChange({ campaign: number(campaign) })}
      />
      <FilterSelect
        label="Leadset"
        all="All leadsets"
        searchable
        w={118}
        data={choicesOf(leadsets.data)}
        value={filters.leadset}
        onChange={(leadset) => onChange({ leadset: number(leadset) })}
      />
      <FilterSelect
        label="For"
        placeholder="For whom"
        all="For everybody"
        searchable
        w={118}
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
      <DayFilter end="From" value={filters.from} onChange={(from) => onChange({ from })} />
      <DayFilter end="To" value={filters.to} onChange={(to) => onChange({ to })} />
      {isFiltered(filters) ? (
        <Button variant="subtle" onClick={() => onChange(noFilters)}>
          Clear
        </Button>
      ) : null}
    </>
  );
}

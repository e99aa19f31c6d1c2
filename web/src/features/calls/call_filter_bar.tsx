import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, usersQuery } from '@/api/queries';
import type { Campaign, Outcome } from '@/api/types';
import { DayFilter } from '@/components/day_filter';
import { choicesOf, FilterSelect } from '@/components/filter_select';
import { outcomeChoices } from '@/features/states';
import { isFiltered, noFilters, type CallFilters } from './call_filters';

/** What narrows the call log down. */
export function CallFilterBar({ filters, onChange }: { filters: CallFilters; onChange: (part: Partial<CallFilters>) => void }) {
  const campaigns = useQuery(campaignsQuery);
  const users = useQuery(usersQuery);
  const number = (value: string | undefined) => (value ? Number(value) : undefined);
  return (
    <>
      <TextInput
        aria-label="Phone begins with"
        placeholder="Phone"
        leftSection={<IconSearch size={16} aria-hidden />}
        w={140}
        value={filters.phone ?? ''}
        onChange={(event) => onChange({ phone: event.currentTarget.value || undefined })}
      />
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
        label="Agent"
        all="All agents"
        searchable
        w={118}
        data={choicesOf(users.data)}
        value={filters.agent}
        onChange={(agent) => onChange({ agent: number(agent) })}
      />
      <FilterSelect
        label="Outcome"
        all="All outcomes"
        w={118}
        data={outcomeChoices}
        value={filters.outcome}
        onChange={(outcome) => onChange({ outcome: outcome as Outcome | undefined })}
      />
      <FilterSelect
        label="Disposition"
        all="All dispositions"
        searchable
        w={118}
        data={dispositionsOf(campaigns.data, filters.disposition)}
        value={filters.disposition}
        onChange={(disposition) => onChange({ disposition })}
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

/** Those of all campaigns, and the one in the URL, which no campaign may have any more. */
function dispositionsOf(campaigns: readonly Campaign[] | undefined, current: string | undefined): string[] {
  const names = new Set((campaigns ?? []).flatMap(({ dispositions }) => dispositions.map(({ name }) => name)));
  if (current !== undefined) names.add(current);
  return [...names].sort();
}

import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, usersQuery } from '@/api/queries';
import type { Campaign, Outcome } from '@/api/types';
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
        w={130}
        value={filters.phone ?? ''}
        onChange={(event) => onChange({ phone: event.currentTarget.value || undefined })}
      />
      <FilterSelect
        label="Campaign"
        all="All campaigns"
        searchable
        w={130}
        data={choicesOf(campaigns.data)}
        value={filters.campaign}
        onChange={(campaign) => onChange({ campaign: number(campaign) })}
      />
      <FilterSelect
        label="Agent"
        all="All agents"
        searchable
        w={130}
        data={choicesOf(users.data)}
        value={filters.agent}
        onChange={(agent) => onChange({ agent: number(agent) })}
      />
      <FilterSelect
        label="Outcome"
        all="All outcomes"
        w={130}
        data={outcomeChoices}
        value={filters.outcome}
        onChange={(outcome) => onChange({ outcome: outcome as Outcome | undefined })}
      />
      <FilterSelect
        label="Disposition"
        all="All dispositions"
        searchable
        w={130}
        data={dispositionsOf(campaigns.data, filters.disposition)}
        value={filters.disposition}
        onChange={(disposition) => onChange({ disposition })}
      />
      <TextInput aria-label="From day" type="date" w={130} value={filters.from ?? ''} onChange={(event) => onChange({ from: event.currentTarget.value || undefined })} />
      <TextInput aria-label="To day" type="date" w={130} value={filters.to ?? ''} onChange={(event) => onChange({ to: event.currentTarget.value || undefined })} />
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

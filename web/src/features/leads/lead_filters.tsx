import { ActionIcon, Button, Group, Popover, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { LeadValues, Outcome } from '@/api/types';
import { FilterSelect } from '@/components/filter_select';
import { outcomeChoices } from '@/features/states';
import { leadFieldLabel, plainFields } from './lead_columns';
import { changeLeadSearch, isFiltered, type LeadSearch } from './lead_search';

interface Props {
  search: LeadSearch;
  values: LeadValues | undefined;
  onChange: (search: LeadSearch) => void;
}

const searchPauseMs = 250;
const mostConditions = 10;

export function LeadFilters({ search, values, onChange }: Props) {
  const change = (part: Parameters<typeof changeLeadSearch>[1]) => onChange(changeLeadSearch(search, part));
  const [typed, setTyped] = useState(search.search ?? '');
  const searchSoon = useDebouncedCallback((text: string) => change({ search: text.trim() || undefined }), searchPauseMs);
  // A status that no lead has any more can still be in the URL.
  const statuses = withCurrent(values?.statuses, search.status);
  const dispositions = withCurrent(values?.dispositions, search.disposition);
  return (
    <>
      <TextInput
        aria-label="Search leads"
        placeholder="Phone or name"
        leftSection={<IconSearch size={16} aria-hidden />}
        w={180}
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          searchSoon(event.currentTarget.value);
        }}
      />
      <FilterSelect label="Status" all="All statuses" w={120} data={statuses} value={search.status} onChange={(status) => change({ status })} />
      <FilterSelect
        label="Last outcome"
        placeholder="Outcome"
        all="All outcomes"
        w={140}
        data={outcomeChoices}
        value={search.outcome}
        onChange={(outcome) => change({ outcome: outcome as Outcome | undefined })}
      />
      <FilterSelect
        label="Last disposition"
        placeholder="Disposition"
        all="All dispositions"
        w={150}
        data={dispositions}
        value={search.disposition}
        onChange={(disposition) => change({ disposition })}
      />
      <FilterSelect
        label="Finished"
        all="Finished or not"
        w={130}
        data={[
          { value: 'true', label: 'Finished' },
          { value: 'false', label: 'Not finished' },
        ]}
        value={search.finished === undefined ? undefined : String(search.finished)}
        onChange={(finished) => change({ finished: finished === undefined ? undefined : finished === 'true' })}
      />
      <ColumnConditions where={search.where ?? {}} own={values?.custom_columns ?? []} onChange={(where) => change({ where })} />
      {isFiltered(search) ? (
        <Button
          variant="subtle"
          onClick={() => {
            setTyped('');
            onChange(changeLeadSearch({}, { sort: search.sort, columns: search.columns }));
          }}
        >
          Clear
        </Button>
      ) : null}
    </>
  );
}

interface ConditionProps {
  where: Record<string, string>;
  own: readonly string[];
  onChange: (where: Record<string, string> | undefined) => void;
}

/** "City begins with Por": any column of texts, also own ones. */
function ColumnConditions({ where, own, onChange }: ConditionProps) {
  const [column, setColumn] = useState<string | null>(null);
  const [text, setText] = useState('');
  const entries = Object.entries(where);
  const columns = [...plainFields.filter((field) => field !== 'priority'), ...own.map((name) => `custom:${name}`)];
  const set = (next: Record<string, string>) => onChange(Object.keys(next).length > 0 ? next : undefined);
  return (
    <Popover position="bottom-start" shadow="md" width={320} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={16} />}>
          {entries.length > 0 ? `Columns (${entries.length})` : 'Columns'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {entries.map(([name, value]) => (
            <Group key={name} justify="space-between" wrap="nowrap">
              <span>
                {leadFieldLabel(name)} begins with <strong>{value}</strong>
              </span>
              <ActionIcon variant="subtle" aria-label={`Take away ${leadFieldLabel(name)}`} onClick={() => set(Object.fromEntries(entries.filter(([each]) => each !== name)))}>
                <IconX size={16} />
              </ActionIcon>
            </Group>
          ))}
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!column || text === '') return;
              set({ ...where, [column]: text });
              setText('');
            }}
          >
            <Stack gap="xs">
              <Select
                label="Column"
                searchable
                data={columns.map((value) => ({ value, label: leadFieldLabel(value) }))}
                value={column}
                onChange={setColumn}
                comboboxProps={{ withinPortal: false }}
              />
              <TextInput label="Begins with" maxLength={200} value={text} onChange={(event) => setText(event.currentTarget.value)} />
              <Button type="submit" variant="default" disabled={!column || text === '' || entries.length >= mostConditions}>
                Add
              </Button>
            </Stack>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function withCurrent(values: readonly string[] | undefined, current: string | undefined): string[] {
  const all = [...(values ?? [])];
  if (current !== undefined && !all.includes(current)) all.push(current);
  return all;
}

import { Button, Menu } from '@mantine/core';
import { IconBraces, IconChevronDown } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { campaignsQuery, leadsetsQuery, leadValuesQuery } from '@/api/queries';
import { placeholderGroups } from './script_text';

// Each leadset is asked for its columns when the menu opens.
const mostLeadsets = 12;

interface Props {
  /** The script's id; null: a new one. */
  script: number | null;
  onChoose: (name: string) => void;
}

/** All that a script can hold: the fields of a lead, those of the agent, and the own columns in use. */
export function PlaceholderMenu({ script, onChoose }: Props) {
  const [opened, setOpened] = useState(false);
  const columns = useOwnColumns(script, opened);
  const own = { title: 'Own columns', items: columns.map((name) => ({ name, label: name })) };
  return (
    <Menu shadow="md" position="bottom-start" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button variant="light" size="compact-sm" leftSection={<IconBraces size={15} />} rightSection={<IconChevronDown size={14} />}>
          Lead field
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {[...placeholderGroups, own]
          .filter(({ items }) => items.length > 0)
          .map(({ title, items }) => (
            <Fragment key={title}>
              <Menu.Label>{title}</Menu.Label>
              {items.map(({ name, label }) => (
                <Menu.Item key={name} onClick={() => onChoose(name)}>
                  {label}
                </Menu.Item>
              ))}
            </Fragment>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The own columns of the leadsets whose leads are read this script; of a new script's, the newest leadsets. */
function useOwnColumns(script: number | null, wanted: boolean): string[] {
  const campaigns = useQuery({ ...campaignsQuery, enabled: wanted });
  const leadsets = useQuery({ ...leadsetsQuery, enabled: wanted });
  const users = new Set(campaigns.data?.filter((campaign) => script !== null && campaign.script_id === script).map(({ id }) => id));
  const all = leadsets.data?.toSorted((a, b) => b.id - a.id) ?? [];
  const own = all.filter(({ campaign_id }) => campaign_id !== null && users.has(campaign_id));
  const chosen = (own.length > 0 ? own : all).slice(0, mostLeadsets);
  return useQueries({
    queries: chosen.map(({ id }) => ({ ...leadValuesQuery(id), enabled: wanted })),
    combine: (answers) => [...new Set(answers.flatMap(({ data }) => data?.custom_columns ?? []))].toSorted((a, b) => a.localeCompare(b)),
  });
}

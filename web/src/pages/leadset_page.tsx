import { Tabs } from '@mantine/core';
import { IconPencil, IconPlus, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { leadsetQuery, leadsetStatsQuery } from '@/api/queries';
import type { Leadset } from '@/api/types';
import { Ready } from '@/components/async_state';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { LeadsetDashboard } from '@/features/leadsets/leadset_dashboard';
import { LeadsetSwitch } from '@/features/leadsets/leadset_switch';
import { LeadGrid } from '@/features/leads/lead_grid';
import { useCampaignNames } from '@/features/use_names';

export function LeadsetPage() {
  const { id } = useParams({ from: '/supervisor/leadsets/$id' });
  const leadset = useQuery(leadsetQuery(Number(id)));
  return <Ready query={leadset}>{(data) => <LeadsetView key={data.id} leadset={data} />}</Ready>;
}

function LeadsetView({ leadset }: { leadset: Leadset }) {
  const campaigns = useCampaignNames();
  const { tab = 'dashboard' } = useSearch({ from: '/supervisor/leadsets/$id' });
  const navigate = useNavigate();
  const params = { id: String(leadset.id) };
  const upload = (
    <LinkButton to="/leadsets/$id/upload" params={params} leftSection={<IconUpload size={16} />}>
      Upload leads
    </LinkButton>
  );
  return (
    <Page
      title={leadset.name}
      fill={tab === 'data'}
      trail={
        <Link to="/" search={{ tab: 'leadsets' }}>
          Leadsets
        </Link>
      }
      aside={
        leadset.campaign_id ? (
          <Link to="/campaigns/$id" params={{ id: String(leadset.campaign_id) }} style={{ color: 'var(--ink-dim)' }}>
            {campaigns.get(leadset.campaign_id) ?? ''}
          </Link>
        ) : (
          <span style={{ color: 'var(--ink-dim)' }}>No campaign: nothing is dialed</span>
        )
      }
      actions={
        <>
          <LeadsetSwitch leadset={leadset} label={leadset.active ? 'On' : 'Off'} />
          <LinkButton to="/leadsets/$id/edit" params={params} variant="default" leftSection={<IconPencil size={16} />}>
            Edit
          </LinkButton>
          <LinkButton to="/leadsets/$id/add" params={params} variant="default" leftSection={<IconPlus size={16} />}>
            Add lead
          </LinkButton>
          {upload}
        </>
      }
    >
      <Tabs value={tab} onChange={(next) => void navigate({ to: '/leadsets/$id', params, search: next === 'data' ? { tab: next } : {} })}>
        <Tabs.List>
          <Tabs.Tab value="dashboard">Dashboard</Tabs.Tab>
          <Tabs.Tab value="data">Leadset data</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {tab === 'data' ? (
        <Panel flush fill>
          <Leads leadset={leadset} upload={upload} />
        </Panel>
      ) : (
        <LeadsetDashboard leadset={leadset} upload={upload} />
      )}
    </Page>
  );
}

function Leads({ leadset, upload }: { leadset: Leadset; upload: React.ReactNode }) {
  const { tab, ...search } = useSearch({ from: '/supervisor/leadsets/$id' });
  const navigate = useNavigate();
  // Counted anew whenever leads of the campaign have changed: a sign to look again.
  const stats = useQuery(leadsetStatsQuery(leadset.id));
  return (
    <LeadGrid
      leadset={leadset}
      search={search}
      onSearch={(next) => void navigate({ to: '/leadsets/$id', params: { id: String(leadset.id) }, search: { ...(tab ? { tab } : {}), ...next }, replace: true })}
      upload={upload}
      version={stats.dataUpdatedAt}
    />
  );
}

import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DashboardTab } from '@/app/router';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { AgentTable } from '@/features/agents/agent_table';
import { CampaignTable } from '@/features/campaigns/campaign_table';
import { DashboardFigures } from '@/features/figures_strip';
import { LeadsetTable } from '@/features/leadsets/leadset_table';
import { ScriptTable } from '@/features/scripts/script_table';

const tabs: Record<DashboardTab, { label: string; content: () => React.JSX.Element }> = {
  campaigns: { label: 'Campaigns', content: CampaignTable },
  agents: { label: 'Agents', content: AgentTable },
  scripts: { label: 'Scripts', content: ScriptTable },
  leadsets: { label: 'Leadsets', content: LeadsetTable },
};

export function DashboardPage() {
  const { tab = 'campaigns' } = useSearch({ from: '/supervisor/' });
  const navigate = useNavigate();
  return (
    <Page title="Dashboard" fill>
      <DashboardFigures />
      <Panel flush fill>
        <Tabs
          value={tab}
          onChange={(next) => void navigate({ to: '/', search: next === 'campaigns' ? {} : { tab: next as DashboardTab } })}
          keepMounted={false}
          className="tabs-fill"
        >
          <Tabs.List>
            {Object.entries(tabs).map(([name, { label }]) => (
              <Tabs.Tab key={name} value={name}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {Object.entries(tabs).map(([name, { content: Content }]) => (
            <Tabs.Panel key={name} value={name} className="tabs-fill-panel">
              <Content />
            </Tabs.Panel>
          ))}
        </Tabs>
      </Panel>
    </Page>
  );
}

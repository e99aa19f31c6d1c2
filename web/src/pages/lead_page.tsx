import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { leadQuery } from '@/api/queries';
import { api, unwrap } from '@/api/client';
import type { Lead } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { formatTime } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { PlainTable } from '@/components/plain_table';
import { LeadAnswer } from '@/features/leads/lead_answer';
import { LeadForm } from '@/features/leads/lead_form';
import { fullName } from '@/features/leads/lead_columns';
import { OutcomeBadge } from '@/features/state_badges';
import { useCampaignNames, useLeadsetNames, useUserNames } from '@/features/use_names';

export function LeadNewPage() {
  const { id } = useParams({ from: '/supervisor/leadsets/$id/add' });
  const leadsets = useLeadsetNames();
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <Page
      title="Add lead"
      trail={
        <Link to="/leadsets/$id" params={{ id }} search={{ tab: 'data' }}>
          {leadsets.get(Number(id)) ?? 'Leadset'}
        </Link>
      }
      narrow
    >
      <LeadForm
        lead={null}
        leadsetId={Number(id)}
        onSaved={() => {
          showDone('The lead is added.');
          void client.invalidateQueries({ queryKey: ['lead'] });
          void navigate({ to: '/leadsets/$id', params: { id }, search: { tab: 'data' } });
        }}
      />
    </Page>
  );
}

export function LeadPage() {
  const { id } = useParams({ from: '/supervisor/leads/$id' });
  const lead = useQuery({ ...leadQuery(Number(id)), staleTime: 0 });
  return <Ready query={lead}>{(data) => <LeadView key={data.id} lead={data} />}</Ready>;
}

function LeadView({ lead }: { lead: Lead }) {
  const leadsets = useLeadsetNames();
  const client = useQueryClient();
  const leadsetId = lead.leadset_id ?? 0;
  return (
    <Page
      title={fullName(lead)}
      trail={
        <Link to="/leadsets/$id" params={{ id: String(leadsetId) }} search={{ tab: 'data' }}>
          {leadsets.get(leadsetId) ?? 'Leadset'}
        </Link>
      }
      narrow
    >
      <LeadAnswer leadId={lead.id} />
      <LeadForm
        lead={lead}
        leadsetId={leadsetId}
        onSaved={() => {
          showDone('The lead is saved.');
          void client.invalidateQueries({ queryKey: ['lead'] });
        }}
      />
      <Panel title={`Calls to this lead (${lead.called_count})`} flush>
        <Attempts leadId={lead.id} />
      </Panel>
    </Page>
  );
}

function Attempts({ leadId }: { leadId: number }) {
  const users = useUserNames();
  const campaigns = useCampaignNames();
  const attempts = useQuery({
    queryKey: ['attempt', 'of_lead', leadId],
    queryFn: () => unwrap(api.GET('/attempts', { params: { query: { lead_id: leadId, limit: 100 } } })),
  });
  return (
    <Ready query={attempts} rows={2}>
      {(data) => (
        <PlainTable
          label="Calls to this lead"
          rows={data.items}
          rowKey={(row) => row.id}
          empty="This lead was not called yet."
          columns={[
            {
              header: 'Started',
              cell: (row) => (
                <Link to="/calls" search={{ open: row.id }} className="cell-link">
                  {formatTime(row.started_at)}
                </Link>
              ),
            },
            { header: 'Outcome', cell: (row) => <OutcomeBadge outcome={row.outcome} /> },
            { header: 'Disposition', cell: (row) => row.disposition },
            { header: 'Agent', cell: (row) => (row.agent_id ? (users.get(row.agent_id) ?? row.agent_id) : '') },
            { header: 'Campaign', cell: (row) => (row.campaign_id ? (campaigns.get(row.campaign_id) ?? row.campaign_id) : '') },
          ]}
        />
      )}
    </Ready>
  );
}

import { Alert, Button, Loader } from '@mantine/core';
import { IconAlertTriangle, IconChevronRight, IconHeadphones, IconMicrophone } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { agentCampaignsQuery, agentViewQuery } from '@/api/queries';
import type { AgentCampaign } from '@/api/types';
import { Empty, Ready } from '@/components/async_state';
import { dialerTypes } from '@/features/campaigns/dialer_types';
import { LinkButton } from '@/components/link_button';
import { useMe } from '@/features/session/use_me';
import { useAudioSettings } from './audio_settings';
import classes from './choose_campaign.module.css';
import { MicrophoneError, microphoneHelp, openMicrophone } from './microphone';

/** Before the work: choose a campaign, and let the browser use the microphone. */
export function ChooseCampaign({ goneReason }: { goneReason: string | null }) {
  const me = useMe();
  const client = useQueryClient();
  const { microphoneId } = useAudioSettings();
  const campaigns = useQuery(agentCampaignsQuery);
  const [opening, setOpening] = useState<number | null>(null);
  const [problem, setProblem] = useState<{ title: string; hint: string } | null>(null);
  const deskPhone = me.line === 'desk_phone';

  async function choose(campaign: AgentCampaign) {
    setOpening(campaign.id);
    setProblem(null);
    try {
      if (!deskPhone) {
        // Asked for now, so that the question comes where the agent expects it.
        const stream = await openMicrophone(microphoneId);
        for (const track of stream.getTracks()) track.stop();
      }
      const view = await unwrap(api.POST('/agent/session', { body: { campaign_id: campaign.id, line: deskPhone ? 'desk_phone' : 'webrtc' } }));
      client.setQueryData(agentViewQuery.queryKey, view);
    } catch (error) {
      if (error instanceof MicrophoneError) setProblem(microphoneHelp[error.problem]);
      else setProblem({ title: 'You could not be logged in to the campaign', hint: error instanceof Error ? error.message : '' });
    } finally {
      setOpening(null);
    }
  }

  return (
    <div className={classes.choose}>
      <h1>Good to see you, {me.name}</h1>
      <p className={classes.intro}>
        {deskPhone ? <IconHeadphones size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />}
        {deskPhone
          ? 'Choose your campaign. Your desk phone will ring once; leave it off the hook while you work.'
          : 'Put your headset on and choose your campaign. The browser asks once for the microphone: allow it.'}
      </p>
      {me.role === 'agent' ? null : (
        <LinkButton to="/" variant="default" size="xs" style={{ alignSelf: 'start' }}>
          Back to the dashboard
        </LinkButton>
      )}
      {goneReason ? (
        <Alert color="yellow" variant="light" role="status" title="You were logged out of the campaign">
          {goneReason}
        </Alert>
      ) : null}
      {problem ? (
        <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle size={18} />} title={problem.title}>
          {problem.hint}
        </Alert>
      ) : null}
      <Ready query={campaigns} rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty
              title="No campaign is open for you"
              hint={
                me.role === 'agent'
                  ? 'A supervisor adds you to a campaign and switches it on. It appears here by itself.'
                  : 'Switch a campaign on, on the dashboard. It appears here by itself.'
              }
              action={
                <Button variant="default" onClick={() => void campaigns.refetch()} loading={campaigns.isFetching}>
                  Look again
                </Button>
              }
            />
          ) : (
            <ul className={classes.list}>
              {list.map((campaign) => (
                <li key={campaign.id}>
                  <button type="button" onClick={() => void choose(campaign)} disabled={opening !== null}>
                    <span className={classes.name}>{campaign.name}</span>
                    <span className={classes.about}>
                      {dialerTypes[campaign.type].label} dialer{campaign.recording ? ', calls are recorded' : ''}
                      {campaign.notes ? `. ${campaign.notes}` : ''}
                    </span>
                    {opening === campaign.id ? <Loader size={18} /> : <IconChevronRight size={20} aria-hidden />}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
    </div>
  );
}

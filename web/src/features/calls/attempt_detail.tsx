import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { attemptEventsQuery } from '@/api/queries';
import type { Attempt, AttemptEvent } from '@/api/types';
import { Ready } from '@/components/async_state';
import { Fact } from '@/components/fact';
import { formatDuration, formatTime, humanize } from '@/components/format';
import { RecordingPlayer } from '@/components/recording_player';
import rows from '@/components/rows.module.css';
import { OutcomeBadge } from '@/features/state_badges';
import { useCampaignNames, useLeadsetNames, useTrunkNames, useUserNames } from '@/features/use_names';
import classes from './attempt_detail.module.css';
import { recordingTrouble } from './recording_words';

/** One call: what happened when, what was said of it, and its recording. */
export function AttemptDetail({ attempt }: { attempt: Attempt }) {
  const campaigns = useCampaignNames();
  const leadsets = useLeadsetNames();
  const trunks = useTrunkNames();
  const users = useUserNames();
  const events = useQuery(attemptEventsQuery(attempt.id));
  const trouble = recordingTrouble(events.data ?? []);
  const name = (names: ReadonlyMap<number, string>, id: number | null) => (id === null ? '' : (names.get(id) ?? String(id)));
  return (
    <div className={classes.detail}>
      <header className={classes.head}>
        <span className={`${classes.phone} tabular`}>{attempt.phone}</span>
        <OutcomeBadge outcome={attempt.outcome} />
      </header>
      {attempt.recording ? (
        <RecordingPlayer src={`/api/v1/attempts/${attempt.id}/recording`} channels={['Agent', 'Customer']} />
      ) : null}
      {trouble ? <p className={classes.none}>{trouble}</p> : null}
      {attempt.recording || trouble ? null : <p className={classes.none}>There is no recording of this call.</p>}
      <h3 className={classes.heading}>Course</h3>
      <Ready query={events} rows={4}>
        {(list) => (
          <ol className={rows.rows}>
            {list.map((event, index) => (
              <Moment key={index} label={eventText(event, users)} at={event.at} start={attempt.started_at} />
            ))}
          </ol>
        )}
      </Ready>
      <h3 className={classes.heading}>Details</h3>
      <dl className={classes.facts}>
        <Fact label="Disposition">{attempt.disposition}</Fact>
        <Fact label="Call back">{formatTime(attempt.callback_at)}</Fact>
        <Fact label="Tags">{attempt.tags.join(', ')}</Fact>
        <Fact label="Notes">{attempt.notes}</Fact>
        <Fact label="Campaign">{name(campaigns, attempt.campaign_id)}</Fact>
        <Fact label="Leadset">{name(leadsets, attempt.leadset_id)}</Fact>
        <Fact label="Lead">
          {attempt.lead_id ? (
            <Link to="/leads/$id" params={{ id: String(attempt.lead_id) }}>
              Open the lead
            </Link>
          ) : (
            ''
          )}
        </Fact>
        <Fact label="Agent">{name(users, attempt.agent_id)}</Fact>
        <Fact label="Trunk">{name(trunks, attempt.trunk_id)}</Fact>
        <Fact label="Caller ID">{attempt.caller_id}</Fact>
        <Fact label="SIP">{[attempt.sip_status || '', humanize(attempt.sip_reason)].filter(Boolean).join(' ')}</Fact>
        <Fact label="SIP Call-ID">{attempt.sip_call_id}</Fact>
      </dl>
    </div>
  );
}

const eventNames: Record<string, string> = {
  placed: 'Dialed',
  ringing: 'Ringing',
  answered: 'Answered',
  connected: 'Connected',
  hold: 'On hold',
  resume: 'Back from hold',
  park: 'Parked',
  retrieve: 'Retrieved',
  consult: 'Third party asked',
  conference: 'Conference',
  transfer: 'Transferred',
  return: 'Back with the agent',
  queue: 'Back in the queue',
  disposition: 'Disposition',
  notes: 'Notes until then',
  recording: 'Recording',
  interrupted: 'Interrupted',
  ended: 'Ended',
};

/** The server names agents by their id; people know them by name. */
function eventText(event: AttemptEvent, users: ReadonlyMap<number, string>): string {
  const detail = event.detail.replace(/\bagent (\d+)/g, (text, id: string) => users.get(Number(id)) ?? text);
  return [eventNames[event.kind] ?? humanize(event.kind), detail].filter(Boolean).join(' ');
}

function Moment({ label, at, start }: { label: string; at: number; start: number }) {
  return (
    <li>
      <span>{label}</span>
      <span className="tabular">{at === start ? formatTime(at) : `+ ${formatDuration(at - start)}`}</span>
    </li>
  );
}

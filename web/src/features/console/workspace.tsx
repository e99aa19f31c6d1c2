import { Button, Tabs } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { agentCampaignsQuery } from '@/api/queries';
import type { AgentCampaign, AgentLive, CallLive, User } from '@/api/types';
import { AccountMenu } from '@/app/account_menu';
import { showDone } from '@/app/errors';
import { StreamBanner } from '@/app/stream_banner';
import { useConfirm } from '@/components/confirm';
import { Logo } from '@/components/logo';
import { fullName } from '@/features/leads/lead_columns';
import { ScriptView } from '@/features/scripts/script_view';
import { useMe } from '@/features/session/use_me';
import { agentStates, lookOf } from '@/features/states';
import { AudioMenu } from './audio_menu';
import { useAudioSettings } from './audio_settings';
import { CallPanel } from './call_panel';
import classes from './console.module.css';
import { sendContact } from './contact_changes';
import { ContactTab } from './contact_tab';
import { DispositionPanel } from './disposition_panel';
import { sendNotes } from './draft';
import { LineBanner } from './line_banner';
import { LineIndicator } from './line_indicator';
import { OwnCallbacks } from './own_callbacks';
import { OwnStatistics } from './own_statistics';
import { ParkedCalls } from './parked_calls';
import { useSessionActions } from './session_actions';
import { chimeLineDown, chimeNewCall } from './sounds';
import { StatusSwitch } from './status_switch';
import { useAgentLine } from './use_agent_line';

/** The agent at work: the call on the left, the script in the middle, the disposition on the right. */
export function Workspace({ session, call, parked }: { session: AgentLive; call: CallLive | null; parked: CallLive[] }) {
  const me = useMe();
  const actions = useSessionActions(useSave(me.id, session));
  const confirm = useConfirm();
  const deskPhone = me.line === 'desk_phone';
  const line = useAgentLine(session.session_id, deskPhone);
  const campaigns = useQuery(agentCampaignsQuery);
  const campaign = campaigns.data?.find((each) => each.id === session.campaign_id);
  const [submitted, setSubmitted] = useState<number | null>(null);
  const talking = session.state === 'in_call' || session.state === 'on_hold';
  const inPanel = session.state !== 'ringing' && !session.guest ? session.attempt_id : null;
  const asked = inPanel ?? session.owed?.attempt_id ?? null;
  const open = asked === submitted ? null : asked;

  const ownCallBack = session.state === 'ringing' && campaign?.type === 'auto';

  useSounds(session, ownCallBack, line.state === 'interrupted');
  useTitle(session);
  useReturnNotice(session);
  const { setMuted } = line;
  useEffect(() => setMuted(session.muted), [session.muted, setMuted, line.state]);

  async function leave() {
    const yes = await confirm({ title: 'Log out of the campaign?', text: 'No more calls come to you.', action: 'Log out' });
    if (yes) await actions.leave();
  }

  const status = <StatusSwitch session={session} actions={actions} size="lg" />;
  return (
    <div className={classes.console}>
      <a href="#script" className="skip-link">
        Skip to the script
      </a>
      <header className={classes.bar}>
        <span className={classes.brand}>
          <Logo size={22} />
          <span className={classes.wordmark}>Carillon</span>
        </span>
        <h1 className={classes.campaign}>{campaign?.name ?? 'Agent console'}</h1>
        <LineIndicator session={session} line={line} />
        <span className={classes.spacer} />
        {talking ? <StatusSwitch session={session} actions={actions} size="sm" /> : null}
        <AudioMenu session={session} line={line} deskPhone={deskPhone} actions={actions} />
        <Button variant="default" leftSection={<IconLogout size={16} />} disabled={talking} onClick={() => void leave()} className={classes.leave} aria-label="Log out of campaign">
          Log out of campaign
        </Button>
        <AccountMenu compact {...(talking ? { disabledReason: 'End the call first' } : {})} />
      </header>
      <StreamBanner />
      <LineBanner session={session} line={line} />
      <main className={classes.work} data-disposition={open !== null || undefined}>
        <div className={classes.left}>
          <CallPanel
            session={session}
            call={call}
            actions={actions}
            onMute={line.setMuted}
            status={status}
            transferAllowed={campaign?.transfer_allowed ?? false}
            ownCallBack={ownCallBack}
            isPreview={campaign?.type === 'preview'}
          />
          <ParkedCalls session={session} parked={parked} actions={actions} />
          <OwnCallbacks agent={me.id} />
          <OwnStatistics session={session} />
        </div>
        <Reading campaign={campaign} session={session} agent={me} />
        {open !== null && campaign ? (
          <DispositionPanel
            key={open}
            session={session}
            attempt={open}
            owedFor={inPanel === null ? (session.owed?.lead ?? null) : null}
            dispositions={campaign.dispositions}
            actions={actions}
            onSubmitted={setSubmitted}
          />
        ) : null}
      </main>
    </div>
  );
}

function Reading({ campaign, session, agent }: { campaign: AgentCampaign | undefined; session: AgentLive; agent: User }) {
  const lead = session.state === 'waiting' ? null : session.lead;
  return (
    <section className={classes.reading} id="script" aria-label="Script and contact" tabIndex={-1}>
      <Tabs defaultValue="script" className="tabs-fill" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="script">Script</Tabs.Tab>
          <Tabs.Tab value="contact">Contact</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="script" className={classes.tab}>
          {campaign?.script?.body ? (
            <ScriptView body={campaign.script.body} lead={lead ?? noLead} agent={agent} />
          ) : (
            <p className={classes.nothing}>This campaign has no script.</p>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="contact" className={classes.tab}>
          {lead ? <ContactTab key={lead.id} lead={lead} /> : <p className={classes.nothing}>Here you see the customer's details, as soon as there is one.</p>}
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

const noLead = {};

/** Brings what was typed about the call and the lead to the server. */
function useSave(user: number, { attempt_id, lead }: AgentLive): () => Promise<unknown> {
  return useCallback(
    () => Promise.all([attempt_id === null ? null : sendNotes(user, attempt_id), lead === null ? null : sendContact(user, lead)]),
    [user, attempt_id, lead],
  );
}

/** A chime for each new call, and another when the line breaks. */
function useSounds(session: AgentLive, ownCallBack: boolean, interrupted: boolean): void {
  const { volume } = useAudioSettings();
  const onCall = session.state === 'in_call' || session.state === 'preview' || ownCallBack ? (session.attempt_id ?? session.lead?.id ?? null) : null;
  // A call that is there when the page opens is not new.
  const heard = useRef(onCall);
  useEffect(() => {
    if (onCall !== null && onCall !== heard.current) {
      heard.current = onCall;
      chimeNewCall(volume);
    }
  }, [onCall, volume]);
  const told = useRef(false);
  useEffect(() => {
    if (interrupted && !told.current) chimeLineDown(volume);
    told.current = interrupted;
  }, [interrupted, volume]);
}

/** The third party is gone, perhaps by itself: the customer hears the agent again. */
function useReturnNotice(session: AgentLive): void {
  const before = useRef(session.third);
  useEffect(() => {
    if (before.current && !session.third && session.state === 'in_call') showDone('You are back with the customer.');
    before.current = session.third;
  }, [session.third, session.state]);
}

function useTitle(session: AgentLive): void {
  const label = lookOf(agentStates, session.state).label;
  const who = session.lead && session.state !== 'waiting' && session.state !== 'paused' ? `: ${fullName(session.lead)}` : '';
  useEffect(() => {
    document.title = `${label}${who} · Carillon`;
  }, [label, who]);
}

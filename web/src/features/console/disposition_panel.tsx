import { Button, Checkbox, Menu, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { leadTimeZonesQuery } from '@/api/queries';
import type { AgentLive, DispositionRule, Lead } from '@/api/types';
import { showDone } from '@/app/errors';
import { serverNow } from '@/components/clock';
import { humanize } from '@/components/format';
import { localTimeToMs } from '@/components/local_time';
import { timeThere } from '@/components/time_there';
import { fullName } from '@/features/leads/lead_columns';
import { useMe } from '@/features/session/use_me';
import { sendContact } from './contact_changes';
import classes from './disposition_panel.module.css';
import { draftsOf, emptyDraft, nextFullHour, sameWords, sendNotes, useDraft, withSaved, type Draft, type Written } from './draft';
import { pauseReasons, type SessionActions } from './session_actions';
import { useShortcuts } from './shortcuts';

interface Props {
  session: AgentLive;
  attempt: number;
  /** Whom that call was with, when the agent has gone on without a disposition. */
  owedFor: Lead | null;
  dispositions: DispositionRule[];
  actions: SessionActions;
  onSubmitted: (attempt: number) => void;
}

/** What came of the call. Beside the script, never over it; notes can be written while talking. */
export function DispositionPanel({ session, attempt, owedFor, dispositions, actions, onSubmitted }: Props) {
  const me = useMe();
  const client = useQueryClient();
  const [draft, change, clear] = useDraft(me.id, attempt);
  useNotesOfServer(me.id, attempt);
  useNotesToServer(me.id, attempt, draft);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const chosen = dispositions.find((rule) => rule.name === draft.disposition);
  const talking = !owedFor && (session.state === 'in_call' || session.state === 'on_hold');
  const asksForTime = chosen?.callback === true;

  function choose(rule: DispositionRule) {
    setProblem(null);
    change({
      disposition: rule.name,
      ...(rule.callback && !draft.callbackAt ? { callbackAt: nextFullHour(serverNow()) } : {}),
    });
  }

  /** `pauseReason`: go on pause afterwards. */
  async function submit(pauseReason: string | null) {
    if (busy) return;
    const callbackAt = asksForTime ? localTimeToMs(draft.callbackAt) : null;
    if (talking) return setProblem('End the call first.');
    if (!chosen) return setProblem('Choose a disposition.');
    if (asksForTime && callbackAt === null) return setProblem('Give the date and time of the call-back.');
    if (callbackAt !== null && callbackAt <= serverNow()) return setProblem('The call-back must lie in the future.');
    setProblem(null);
    setBusy(true);
    const unsaved = await sendDetails(me.id, owedFor ? null : session.lead);
    if (unsaved !== null) {
      setBusy(false);
      return setProblem(unsaved);
    }
    await sendNotes(me.id, attempt).catch(() => undefined); // they go with the disposition, too
    const saved = await actions.submit({
      attempt_id: attempt,
      disposition: chosen.name,
      notes: draft.notes,
      tags: draft.tags,
      callback_at: callbackAt,
      callback_for_me: asksForTime && draft.callbackForMe,
      then_pause: pauseReason !== null,
      pause_reason: pauseReason ?? '',
    });
    setBusy(false);
    if (!saved) return;
    clear();
    onSubmitted(attempt);
    void client.invalidateQueries({ queryKey: ['attempt'] });
    showDone(`${chosen.name} is saved.`);
  }

  useShortcuts({
    Enter: () => void submit(null),
    'Shift+Enter': () => void submit(pauseReasons[0]),
    ...Object.fromEntries(dispositions.slice(0, 9).map((rule, index) => [String(index + 1), () => choose(rule)])),
  });

  return (
    <section className={classes.panel} aria-label="Disposition">
      <header className={classes.header}>
        <h2>Disposition</h2>
        {owedFor ? <p className={classes.whose}>Of your last call, with {fullName(owedFor)}</p> : null}
      </header>
      <div className={classes.body}>
        <div className={classes.choices} role="radiogroup" aria-label="Disposition">
          {dispositions.map((rule, index) => (
            <label key={rule.name} className={classes.choice} data-chosen={rule.name === draft.disposition || undefined}>
              <input
                type="radio"
                name="disposition"
                value={rule.name}
                checked={rule.name === draft.disposition}
                onChange={() => choose(rule)}
              />
              <span>{rule.name}</span>
              <span className={classes.effect}>{effectOf(rule)}</span>
              {index < 9 ? <kbd className={classes.key}>Alt {index + 1}</kbd> : null}
            </label>
          ))}
        </div>
        {asksForTime ? (
          <div className={classes.callback}>
            <CallBackTime lead={owedFor ?? session.lead} value={draft.callbackAt} onChange={(callbackAt) => change({ callbackAt })} />
            <Checkbox label="I want to call back myself" checked={draft.callbackForMe} onChange={(event) => change({ callbackForMe: event.currentTarget.checked })} />
          </div>
        ) : null}
        <Textarea
          label="Notes"
          description={whereNotesAre(draft)}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={10_000}
          value={draft.notes}
          onChange={(event) => change({ notes: event.currentTarget.value })}
        />
        <TagsInput
          label="Tags"
          description="Your own words for this call; Enter after each"
          maxTags={20}
          maxLength={40}
          acceptValueOnBlur
          value={draft.tags}
          onChange={(tags) => change({ tags })}
        />
      </div>
      <footer className={classes.footer}>
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
        <div className={classes.buttons}>
          <Button loading={busy} disabled={talking} aria-keyshortcuts="Alt+Enter" title="Alt+Enter" onClick={() => void submit(null)}>
            Submit
          </Button>
          <Menu shadow="md" position="top-end" width="target">
            <Menu.Target>
              <Button
                variant="default"
                rightSection={<IconChevronDown size={16} aria-hidden />}
                disabled={talking || busy}
                aria-keyshortcuts="Alt+Shift+Enter"
                title="Alt+Shift+Enter: on a break"
              >
                Submit & Go On Pause
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {pauseReasons.map((reason) => (
                <Menu.Item key={reason} onClick={() => void submit(reason)}>
                  {humanize(reason)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
        {talking ? <p className={classes.hint}>You can submit when the call has ended.</p> : null}
      </footer>
    </section>
  );
}

/** In the agent's time; where the customer's clock says something else, it says so. */
function CallBackTime({ lead, value, onChange }: { lead: Lead | null; value: string; onChange: (value: string) => void }) {
  const zones = useQuery({ ...leadTimeZonesQuery(lead?.id ?? 0), enabled: lead !== null });
  const at = localTimeToMs(value);
  const there = at === null ? null : timeThere(zones.data ?? [], at);
  return (
    <TextInput
      type="datetime-local"
      label="Call back at"
      description={there === null ? 'Your local time' : `Your local time. The customer's: ${there}`}
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What the server has of this call already, perhaps from the colleague who had it before. Asked once. */
function useNotesOfServer(user: number, attempt: number): void {
  const { data } = useQuery({
    queryKey: ['notes_of_call', attempt],
    queryFn: () => unwrap(api.GET('/attempts/{id}', { params: { path: { id: attempt } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
  const [, change] = useDraft(user, attempt);
  const take = useEffectEvent((saved: Written) => {
    const draft = draftsOf(user).read(attempt) ?? emptyDraft;
    if (!sameWords(draft.sent, saved)) change(withSaved(draft, saved));
  });
  useEffect(() => {
    if (data) take({ notes: data.notes, tags: data.tags });
  }, [data]);
}

const idleMs = 1500;
const againMs = 5000;

/** Saves the notes with the call whenever the agent stops writing: another computer may be next. */
function useNotesToServer(user: number, attempt: number, draft: Draft): void {
  const [failures, setFailures] = useState(0);
  useEffect(() => {
    if (sameWords(draft, draft.sent)) return;
    const send = () => sendNotes(user, attempt).catch(() => setFailures((count) => count + 1));
    const timer = setTimeout(() => void send(), failures > 0 ? againMs : idleMs);
    return () => clearTimeout(timer);
  }, [user, attempt, draft, failures]);
}

/** Details of the lead that are typed and not saved would be out of reach after the call. */
async function sendDetails(user: number, lead: Lead | null): Promise<string | null> {
  try {
    if (lead) await sendContact(user, lead);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return `The changed contact details could not be saved. ${why} Put them right or discard them.`;
  }
}

function whereNotesAre(draft: Draft): string {
  if (!sameWords(draft, draft.sent)) return 'Kept in this browser until they are saved';
  return draft.notes === '' ? 'Saved with the call while you write' : 'Saved with the call';
}

function effectOf(rule: DispositionRule): string {
  if (rule.do_not_call) return 'never called again';
  if (rule.callback) return 'asks for a time';
  return '';
}

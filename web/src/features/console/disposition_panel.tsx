import { Button, Checkbox, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import type { AgentLive, DispositionRule } from '@/api/types';
import { serverNow } from '@/components/clock';
import { showDone } from '@/app/errors';
import classes from './disposition_panel.module.css';
import { localTimeToMs, nextFullHour, useDraft } from './draft';
import type { SessionActions } from './session_actions';

interface Props {
  session: AgentLive;
  attempt: number;
  dispositions: DispositionRule[];
  actions: SessionActions;
  onSubmitted: (attempt: number) => void;
}

/** What came of the call. Beside the script, never over it; notes can be written while talking. */
export function DispositionPanel({ session, attempt, dispositions, actions, onSubmitted }: Props) {
  const [draft, change, clear] = useDraft(attempt);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const chosen = dispositions.find((rule) => rule.name === draft.disposition);
  const talking = session.state === 'in_call' || session.state === 'on_hold';
  const asksForTime = chosen?.callback === true;

  function choose(rule: DispositionRule) {
    setProblem(null);
    change({
      disposition: rule.name,
      ...(rule.callback && !draft.callbackAt ? { callbackAt: nextFullHour(serverNow()) } : {}),
    });
  }

  async function submit(thenPause: boolean) {
    const callbackAt = asksForTime ? localTimeToMs(draft.callbackAt) : null;
    if (talking) return setProblem('End the call first.');
    if (!chosen) return setProblem('Choose a disposition.');
    if (asksForTime && callbackAt === null) return setProblem('Give the date and time of the call-back.');
    if (callbackAt !== null && callbackAt <= serverNow()) return setProblem('The call-back must lie in the future.');
    setProblem(null);
    setBusy(true);
    const saved = await actions.submit({
      attempt_id: attempt,
      disposition: chosen.name,
      notes: draft.notes,
      tags: draft.tags,
      callback_at: callbackAt,
      callback_for_me: asksForTime && draft.callbackForMe,
      then_pause: thenPause,
      pause_reason: thenPause ? 'break' : '',
    });
    setBusy(false);
    if (!saved) return;
    clear();
    onSubmitted(attempt);
    showDone(`${chosen.name} is saved.`);
  }

  useHotkeys(
    [
      ['alt+Enter', () => void submit(false)],
      ['alt+shift+Enter', () => void submit(true)],
    ],
    [],
  );

  return (
    <section className={classes.panel} aria-label="Disposition">
      <header className={classes.header}>
        <h2>Disposition</h2>
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
              {index < 9 ? <DispositionKey digit={index + 1} onPress={() => choose(rule)} /> : null}
            </label>
          ))}
        </div>
        {asksForTime ? (
          <div className={classes.callback}>
            <TextInput
              type="datetime-local"
              label="Call back at"
              description="Your local time"
              required
              value={draft.callbackAt}
              onChange={(event) => change({ callbackAt: event.currentTarget.value })}
            />
            <Checkbox label="I want to call back myself" checked={draft.callbackForMe} onChange={(event) => change({ callbackForMe: event.currentTarget.checked })} />
          </div>
        ) : null}
        <Textarea
          label="Notes"
          description="Kept in this browser until they are sent"
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
          <Button loading={busy} disabled={talking} aria-keyshortcuts="Alt+Enter" title="Alt+Enter" onClick={() => void submit(false)}>
            Submit
          </Button>
          <Button
            variant="default"
            disabled={talking || busy}
            aria-keyshortcuts="Alt+Shift+Enter"
            title="Alt+Shift+Enter"
            onClick={() => void submit(true)}
          >
            Submit & Go On Pause
          </Button>
        </div>
        {talking ? <p className={classes.hint}>You can submit when the call has ended.</p> : null}
      </footer>
    </section>
  );
}

function DispositionKey({ digit, onPress }: { digit: number; onPress: () => void }) {
  useHotkeys([[`alt+${digit}`, onPress]], []);
  return <kbd className={classes.key}>Alt {digit}</kbd>;
}

function effectOf(rule: DispositionRule): string {
  if (rule.do_not_call) return 'never called again';
  if (rule.callback) return 'asks for a time';
  return '';
}

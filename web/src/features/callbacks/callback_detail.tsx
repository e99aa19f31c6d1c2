import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { campaignsQuery, usersQuery } from '@/api/queries';
import type { Callback, CallbackChange, User } from '@/api/types';
import { showDone, showError } from '@/app/errors';
import { useConfirm } from '@/components/confirm';
import { Fact } from '@/components/fact';
import { formatAppointment } from '@/components/format';
import { localTimeOf, localTimeToMs } from '@/components/local_time';
import { timeThere } from '@/components/time_there';
import { Problem, useSubmit } from '@/features/api_form';
import classes from '@/features/calls/attempt_detail.module.css';
import { fullName } from '@/features/leads/lead_columns';
import { useCampaignNames, useLeadsetNames, useUserNames } from '@/features/use_names';
import { CallbackState } from './callback_state';

/** One call-back: what was agreed, and what a supervisor can change in it. */
export function CallbackDetail({ callback, onDone }: { callback: Callback; onDone: () => void }) {
  const campaigns = useCampaignNames();
  const leadsets = useLeadsetNames();
  const users = useUserNames();
  const name = (names: ReadonlyMap<number, string>, id: number | null) => (id === null ? '' : (names.get(id) ?? String(id)));
  return (
    <div className={classes.detail}>
      <header className={classes.head}>
        <span className={classes.phone}>{fullName(callback)}</span>
        <CallbackState callback={callback} />
      </header>
      <ChangeForm key={`${callback.due_at} ${callback.agent_id}`} callback={callback} onDone={onDone} />
      <h3 className={classes.heading}>What was agreed</h3>
      <dl className={classes.facts}>
        <Fact label="Due">{formatAppointment(callback.due_at)}</Fact>
        <Fact label="Customer's time">{timeThere(callback.time_zones, callback.due_at) ?? ''}</Fact>
        <Fact label="Phone">{callback.phone}</Fact>
        <Fact label="Promised by">{name(users, callback.promised_by)}</Fact>
        <Fact label="Notes">{callback.notes}</Fact>
        <Fact label="Call">
          {callback.attempt_id ? (
            <Link to="/calls" search={{ open: callback.attempt_id }}>
              Open the call
            </Link>
          ) : (
            ''
          )}
        </Fact>
        <Fact label="Lead">
          <Link to="/leads/$id" params={{ id: String(callback.lead_id) }}>
            Open the lead
          </Link>
        </Fact>
        <Fact label="Campaign">{name(campaigns, callback.campaign_id)}</Fact>
        <Fact label="Leadset">{name(leadsets, callback.leadset_id)}</Fact>
      </dl>
    </div>
  );
}

const anyone = 'anyone';

function ChangeForm({ callback, onDone }: { callback: Callback; onDone: () => void }) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const agents = useAgentsOf(callback);
  const before = { due_at: localTimeOf(callback.due_at), agent_id: callback.agent_id === null ? anyone : String(callback.agent_id) };
  const form = useForm({ initialValues: before });
  const { busy, problem, submit } = useSubmit(form);
  const path = { id: callback.lead_id };
  const there = timeThere(callback.time_zones, localTimeToMs(form.values.due_at) ?? NaN);

  const send = form.onSubmit((values) =>
    submit(async () => {
      const change: CallbackChange = {};
      if (values.due_at !== before.due_at) {
        const at = localTimeToMs(values.due_at);
        if (at === null) return form.setFieldError('due_at', 'Give the date and time of the call-back.');
        change.due_at = at;
      }
      if (values.agent_id !== before.agent_id) change.agent_id = values.agent_id === anyone ? null : Number(values.agent_id);
      await unwrap(api.PATCH('/callbacks/{id}', { params: { path }, body: change }));
      await client.invalidateQueries({ queryKey: ['callback'] });
      showDone('The call-back is changed.');
      onDone();
    }),
  );

  async function cancel() {
    const yes = await confirm({
      title: `Cancel the call-back to ${fullName(callback)}?`,
      text: 'The customer is not called at the agreed time. The lead goes on like that of any answered call: by the retry rule of its campaign, and without one it is finished.',
      action: 'Cancel the call-back',
      danger: true,
    });
    if (!yes) return;
    try {
      await unwrap(api.DELETE('/callbacks/{id}', { params: { path } }));
      await client.invalidateQueries({ queryKey: ['callback'] });
      showDone('The call-back is cancelled.');
      onDone();
    } catch (error) {
      showError(error);
    }
  }

  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Problem text={problem} />
        <TextInput
          type="datetime-local"
          label="Call back at"
          description={there === null ? 'Your local time' : `Your local time. The customer's: ${there}`}
          required
          {...form.getInputProps('due_at')}
        />
        <Select
          label="For"
          description="A call-back for one agent waits an hour for this agent; then anyone may make it."
          allowDeselect={false}
          searchable
          data={[{ value: anyone, label: 'Anyone' }, ...agents]}
          {...form.getInputProps('agent_id')}
        />
        <Group justify="space-between">
          <Button variant="default" onClick={() => void cancel()}>
            Cancel the call-back
          </Button>
          <Button type="submit" loading={busy} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Those who take calls in its campaign, and whoever is to make it now. */
function useAgentsOf(callback: Callback): { value: string; label: string }[] {
  const campaigns = useQuery(campaignsQuery).data;
  const users = useQuery(usersQuery).data;
  const assigned = campaigns?.find(({ id }) => id === callback.campaign_id)?.agent_ids ?? [];
  const takesCalls = ({ id, role, active }: User) => active && (role !== 'agent' || assigned.includes(id));
  const agents = (users ?? []).filter((user) => user.id === callback.agent_id || takesCalls(user)).map(({ id, name }) => ({ value: String(id), label: name }));
  const gone = callback.agent_id !== null && !agents.some(({ value }) => value === String(callback.agent_id));
  return gone ? [...agents, { value: String(callback.agent_id), label: `${callback.agent_id}` }] : agents;
}

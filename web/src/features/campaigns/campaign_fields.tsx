import { Fieldset, MultiSelect, NumberInput, Select, SimpleGrid, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { scriptsQuery, trunksQuery, usersQuery } from '@/api/queries';
import type { CampaignForm } from './campaign_form_values';
import { dialerTypes } from './dialer_types';
import { DispositionEditor } from './disposition_editor';
import { DropMessage } from './drop_message';
import { RetryEditor } from './retry_editor';

export function BasicFields({ form }: { form: UseFormReturnType<CampaignForm> }) {
  const scripts = useQuery(scriptsQuery);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Name" required maxLength={200} {...form.getInputProps('name')} />
        <Select
          label="Type"
          allowDeselect={false}
          data={Object.entries(dialerTypes).map(([value, { label }]) => ({ value, label }))}
          description={dialerTypes[form.values.type].description}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          {...form.getInputProps('type')}
        />
        <Select
          label="Agent script"
          clearable
          searchable
          placeholder={scripts.data?.length === 0 ? 'No script yet' : 'None'}
          data={(scripts.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
          clearButtonProps={{ 'aria-label': 'No script' }}
          {...form.getInputProps('script_id')}
        />
        <Switch
          label="Switched on"
          description="It dials as soon as an agent is ready"
          mt={{ sm: 24 }}
          {...form.getInputProps('active', { type: 'checkbox' })}
        />
      </SimpleGrid>
      <Textarea label="Notes" description="For supervisors and agents" autosize minRows={2} {...form.getInputProps('notes')} />
    </Stack>
  );
}

export function ConfigFields({ form }: { form: UseFormReturnType<CampaignForm> }) {
  const trunks = useQuery(trunksQuery);
  const users = useQuery(usersQuery);
  const auto = form.values.type === 'auto';
  return (
    <Stack gap="md">
      <Fieldset legend="Who is called, by whom">
        <Stack gap="md">
          <TagsInput
            label="Source statuses"
            description="Leads in these statuses are dialed. None: nothing is dialed."
            data={['New', 'Ready']}
            {...form.getInputProps('source_statuses')}
          />
          <MultiSelect
            label="Agents"
            description="Who may choose this campaign"
            searchable
            data={(users.data ?? []).filter((user) => user.role === 'agent').map(({ id, name }) => ({ value: String(id), label: name }))}
            placeholder={form.values.agent_ids.length === 0 ? 'Nobody yet' : undefined}
            {...form.getInputProps('agent_ids')}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend="Carrier">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <MultiSelect
            label="Trunks"
            description="The first one is used; the others when it fails"
            data={(trunks.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            placeholder={form.values.trunk_ids.length === 0 ? 'Choose a trunk' : undefined}
            {...form.getInputProps('trunk_ids')}
          />
          <TextInput label="Caller ID" description="What the customer's phone shows" placeholder="+12025550100" inputMode="tel" {...form.getInputProps('caller_id')} />
          <TextInput label="Tech prefix" description="In place of the trunk's, when not empty" {...form.getInputProps('tech_prefix')} />
          <SimpleGrid cols={2}>
            <NumberInput label="Channels" description="Calls at once" min={1} max={10000} {...form.getInputProps('channels')} />
            <NumberInput label="CPS" description="New calls a second" min={0.1} max={1000} decimalScale={1} {...form.getInputProps('cps')} />
          </SimpleGrid>
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="Pace">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          {auto ? (
            <NumberInput
              label="Outbound multiplier"
              description="Calls per ready agent"
              min={1}
              max={10}
              step={0.1}
              decimalScale={2}
              {...form.getInputProps('outbound_multiplier')}
            />
          ) : null}
          <NumberInput label="Ring timeout" description="15 to 120 seconds" suffix=" s" min={15} max={120} {...form.getInputProps('ring_timeout_ms')} />
          {auto ? (
            <NumberInput
              label="Wait for an agent"
              description="An answered call drops then"
              suffix=" s"
              min={0}
              max={600}
              decimalScale={1}
              {...form.getInputProps('answer_wait_ms')}
            />
          ) : null}
          <NumberInput
            label="Wrap-up limit"
            description="Then the agent is paused"
            suffix=" s"
            min={5}
            max={3600}
            {...form.getInputProps('wrap_up_limit_ms')}
          />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="When, and how often">
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            <TextInput label="Not before" description="Local time of the lead" type="time" {...form.getInputProps('window_from_min')} />
            <TextInput label="Not after" description="00:00 is midnight" type="time" {...form.getInputProps('window_to_min')} />
            <NumberInput label="Attempts per lead" description="At most" min={1} max={100} {...form.getInputProps('max_attempts')} />
          </SimpleGrid>
          <RetryEditor form={form} />
        </Stack>
      </Fieldset>
      <Fieldset legend="Dispositions">
        <DispositionEditor form={form} />
      </Fieldset>
      <Fieldset legend="Calls">
        <Stack gap="sm">
          <Switch label="Record calls" {...form.getInputProps('recording', { type: 'checkbox' })} />
          <Switch label="Agents may transfer calls" {...form.getInputProps('transfer_allowed', { type: 'checkbox' })} />
          <DropMessage form={form} />
        </Stack>
      </Fieldset>
    </Stack>
  );
}

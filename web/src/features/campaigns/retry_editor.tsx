import { ActionIcon, Button, Input, NumberInput, Select } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { lookOf, outcomes } from '@/features/states';
import { retryableOutcomes, type CampaignForm } from './campaign_form_values';
import classes from './rows.module.css';

const units = [
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
];

/** After which outcome a lead may be tried again, and when. */
export function RetryEditor({ form }: { form: UseFormReturnType<CampaignForm> }) {
  const rules = form.values.retry_rules;
  const free = retryableOutcomes.filter((outcome) => !rules.some((rule) => rule.outcome === outcome));
  const firstFree = free[0];
  return (
    <Input.Wrapper label="Try again" description="After an outcome that is not listed, a lead is not called again by itself." error={form.errors.retry_rules}>
      <div className={classes.rows}>
        {rules.map((rule, index) => (
          <div key={rule.outcome} className={classes.retry}>
            <Select
              aria-label="Outcome"
              allowDeselect={false}
              data={[rule.outcome, ...free].map((value) => ({ value, label: lookOf(outcomes, value).label }))}
              value={rule.outcome}
              onChange={(value) => value && form.setFieldValue(`retry_rules.${index}.outcome`, value)}
            />
            <span>after</span>
            <Period
              seconds={rule.after_s}
              label={lookOf(outcomes, rule.outcome).label}
              onChange={(after_s) => form.setFieldValue(`retry_rules.${index}.after_s`, after_s)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Do not try again after: ${lookOf(outcomes, rule.outcome).label}`}
              onClick={() => form.removeListItem('retry_rules', index)}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
        {firstFree ? (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => form.insertListItem('retry_rules', { outcome: firstFree, after_s: 3600 })}
          >
            Add an outcome
          </Button>
        ) : null}
      </div>
    </Input.Wrapper>
  );
}

function Period({ seconds, label, onChange }: { seconds: number; label: string; onChange: (seconds: number) => void }) {
  const [unit, setUnit] = useState(() => bestUnit(seconds));
  return (
    <>
      <NumberInput
        aria-label={`Wait after: ${label}`}
        min={0}
        max={31_536_000 / unit}
        decimalScale={2}
        w={90}
        value={seconds / unit}
        onChange={(value) => onChange(Math.round(Number(value) * unit))}
      />
      <Select
        aria-label={`Unit of the wait after: ${label}`}
        allowDeselect={false}
        w={110}
        data={units}
        value={String(unit)}
        onChange={(value) => {
          const next = Number(value);
          setUnit(next);
          onChange(Math.round((seconds / unit) * next));
        }}
      />
    </>
  );
}

function bestUnit(seconds: number): number {
  if (seconds >= 86_400 && seconds % 86_400 === 0) return 86_400;
  return seconds >= 3600 && seconds % 3600 === 0 ? 3600 : 60;
}

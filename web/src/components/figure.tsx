import { Tooltip } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { memo } from 'react';
import classes from './figure.module.css';
import { formatCount } from './format';

interface Props {
  label: string;
  value: number | undefined;
  tone?: string;
  icon?: Icon;
  help?: string;
  /** Small, beside the number. */
  note?: string;
}

/** One live number. Its box has a fixed size, so a change moves nothing around it. */
export const Figure = memo(function Figure({ label, value, tone, icon: Sign, help, note }: Props) {
  const box = (
    <div
      className={classes.figure}
      data-zero={value === 0 || undefined}
      style={{ '--tone': tone ? `var(--state-${tone})` : 'var(--ink)' }}
    >
      <dt className={classes.label}>
        {Sign ? <Sign size={14} stroke={2} aria-hidden className={classes.sign} /> : null}
        {label}
      </dt>
      <dd className={`${classes.value} tabular`}>{value === undefined ? '–' : formatCount(value)}
        {note ? <span className={classes.note}>{note}</span> : null}
      </dd>
    </div>
  );
  return help ? <Tooltip label={help}>{box}</Tooltip> : box;
});

import type { Icon } from '@tabler/icons-react';
import classes from './state_badge.module.css';

interface Props {
  label: string;
  tone: string;
  icon: Icon;
  /** What follows the word, e.g. the reason of a pause. */
  detail?: string;
}

/** A state as sign, colour and word; readable without the colour. */
export function StateBadge({ label, tone, icon: Sign, detail }: Props) {
  return (
    <span className={classes.badge} style={{ '--tone': `var(--state-${tone})` }}>
      <Sign size={13} stroke={2.2} aria-hidden />
      <span className={classes.label}>{label}</span>
      {detail ? <span className={classes.detail}>{detail}</span> : null}
    </span>
  );
}

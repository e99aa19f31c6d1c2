import { useQuery } from '@tanstack/react-query';
import { leadAnswerQuery } from '@/api/queries';
import { Ready } from '@/components/async_state';
import { Panel } from '@/components/panel';
import { StateBadge } from '@/components/state_badge';
import { switches } from '@/features/states';
import classes from './lead_bars.module.css';

/** Why this lead is dialed or not: what the system itself goes by. */
export function LeadAnswer({ leadId }: { leadId: number }) {
  const answer = useQuery(leadAnswerQuery(leadId));
  return (
    <Panel title="Is this lead dialed?">
      <Ready query={answer} rows={1}>
        {({ dialable, sentence }) => (
          <p className={classes.answer} role="status">
            <StateBadge {...(dialable ? { ...switches.up, label: 'Dialable' } : { ...switches.off, label: 'Not dialable' })} />
            <span>{sentence}</span>
          </p>
        )}
      </Ready>
    </Panel>
  );
}

import { Link } from '@tanstack/react-router';
import type { LeadStats } from '@/api/types';
import { formatCount, formatPercent } from '@/components/format';
import classes from './lead_stats.module.css';

/** Why leads are not dialable: what it means, and what one can do about it. */
export const notDialableReasons: Record<string, { label: string; hint: string }> = {
  leadset_inactive: { label: 'Leadset switched off', hint: 'Switch the leadset on.' },
  status: { label: 'Status is no source status', hint: "Add the status to the campaign's source statuses." },
  invalid_phone: { label: 'Invalid phone number', hint: 'Correct the number in the lead.' },
  dnc: { label: 'On a do-not-call list', hint: 'These are never called.' },
  finished: { label: 'Finished', hint: 'A final disposition was set, or no retry rule applies.' },
  attempts: { label: 'Attempts used up', hint: 'The campaign limits the attempts per lead.' },
  not_call_until: { label: 'Waiting for a retry or call-back', hint: 'They become dialable by themselves.' },
  window: { label: 'Outside the call window', hint: 'It is too early or too late where these leads live.' },
  reserved: { label: 'Reserved for a call now', hint: 'A call is about to be placed or under way.' },
  campaign_inactive: { label: 'Campaign switched off', hint: 'They become dialable when the campaign is switched on.' },
};

export function LeadStatsView({ stats, leadsetsLink }: { stats: LeadStats; leadsetsLink?: boolean }) {
  const reasons = Object.entries(stats.not_dialable)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const rest = reasons.reduce((sum, [, count]) => sum + count, 0);
  return (
    <div className={classes.view}>
      <dl className={classes.counts}>
        <Count label="Total" value={stats.total} />
        <Count label="Dialable" value={stats.dialable} strong />
        <Count label="In progress" value={stats.in_progress} tone="dialing" />
        <Count label="Answered" value={stats.answered} tone="in-call" />
        <Count label="Failed" value={stats.failed} tone="failed" />
        <Count label="Dropped" value={stats.dropped} tone="queued" />
      </dl>
      {stats.total === 0 ? (
        <p className={classes.note}>
          There are no leads. {leadsetsLink ? <Link to="/" search={{ tab: 'leadsets' }}>Open a leadset and upload some.</Link> : 'Upload some.'}
        </p>
      ) : reasons.length === 0 ? (
        <p className={classes.note}>Every lead can be dialed.</p>
      ) : (
        <>
          <h3 className={classes.heading}>
            Why {formatCount(rest)} of {formatCount(stats.total)} leads are not dialable
          </h3>
          <ul className={classes.reasons}>
            {reasons.map(([name, count]) => (
              <li key={name}>
                <span className={classes.reason}>
                  <span>{notDialableReasons[name]?.label ?? name}</span>
                  <span className={classes.hint}>{notDialableReasons[name]?.hint}</span>
                </span>
                <span className={classes.bar} aria-hidden>
                  <span style={{ width: `${(100 * count) / Math.max(1, stats.total)}%` }} />
                </span>
                <span className="tabular">{formatCount(count)}</span>
                <span className={`${classes.share} tabular`}>{formatPercent(count, stats.total)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Count({ label, value, tone, strong }: { label: string; value: number; tone?: string; strong?: boolean }) {
  return (
    <div className={classes.count} data-strong={strong || undefined} style={{ '--tone': tone ? `var(--state-${tone})` : 'transparent' }}>
      <dt>{label}</dt>
      <dd className="tabular">{formatCount(value)}</dd>
    </div>
  );
}

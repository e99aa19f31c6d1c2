import { IconAlarm, IconPhoneCall } from '@tabler/icons-react';
import type { Callback } from '@/api/types';
import { useNow } from '@/components/clock';
import { StateBadge } from '@/components/state_badge';

/** Whether the customer is called now, or the time has passed; nothing while there is time. */
export function CallbackState({ callback }: { callback: Pick<Callback, 'calling' | 'due_at'> }) {
  const now = useNow();
  if (callback.calling) return <StateBadge label="Being called" tone="in-call" icon={IconPhoneCall} />;
  return callback.due_at < now ? <StateBadge label="Overdue" tone="queued" icon={IconAlarm} /> : null;
}

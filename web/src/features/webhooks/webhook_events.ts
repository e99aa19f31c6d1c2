import type { WebhookEvent } from '@/api/types';

/** What a webhook can be told of. */
export const webhookEvents: Record<WebhookEvent, string> = {
  'call.ended': 'A call has ended, with its outcome',
  'disposition.set': 'An agent has said what came of a call',
  'recording.ready': 'The recording of a call can be played',
  'lead.changed': 'A lead was added or edited by a person or a program, one at a time',
  'import.ended': 'An upload of leads is done, has failed or was cancelled',
  'agent.state': 'An agent has logged in or out, or is ready, on pause, in a call',
};

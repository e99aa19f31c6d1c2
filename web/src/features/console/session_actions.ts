import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import type { DispositionRequest } from '@/api/types';
import { showError } from '@/app/errors';

async function tell(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** What an agent can do; each says whether it worked, and shows the reason when not. */
export function useSessionActions() {
  return useMemo(
    () => ({
      ready: () => tell(unwrap(api.POST('/agent/session/status', { body: { ready: true } }))),
      pause: (pause_reason: string) => tell(unwrap(api.POST('/agent/session/status', { body: { ready: false, pause_reason } }))),
      hangUp: () => tell(unwrap(api.POST('/agent/session/hangup'))),
      hold: (on: boolean) => tell(unwrap(api.POST('/agent/session/hold', { body: { on } }))),
      mute: (on: boolean) => tell(unwrap(api.POST('/agent/session/mute', { body: { on } }))),
      digits: (digits: string) => tell(unwrap(api.POST('/agent/session/digits', { body: { digits } }))),
      dialPreview: () => tell(unwrap(api.POST('/agent/session/preview', { body: { dial: true } }))),
      skipPreview: () => tell(unwrap(api.POST('/agent/session/preview', { body: { dial: false, skip_reason: 'skipped' } }))),
      submit: (body: DispositionRequest) => tell(unwrap(api.POST('/agent/session/disposition', { body }))),
      leave: () => tell(unwrap(api.DELETE('/agent/session'))),
    }),
    [],
  );
}

export type SessionActions = ReturnType<typeof useSessionActions>;

export const pauseReasons = ['break', 'lunch', 'meeting', 'training', 'paperwork'];

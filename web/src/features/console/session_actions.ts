import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import type { ConsultStep, DispositionRequest, TransferRequest } from '@/api/types';
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

/**
 * What an agent can do; each says whether it worked, and shows the reason when not. Before somebody else may
 * have the call, `save` brings to the server what has been written about it.
 */
export function useSessionActions(save: () => Promise<unknown>) {
  return useMemo(() => {
    // When it cannot be saved it stays in this browser; the customer is not made to wait for that.
    const saved = () => save().catch(() => undefined);
    return {
      ready: () => tell(unwrap(api.POST('/agent/session/status', { body: { ready: true } }))),
      pause: (pause_reason: string) => tell(unwrap(api.POST('/agent/session/status', { body: { ready: false, pause_reason } }))),
      hangUp: () => tell(unwrap(api.POST('/agent/session/hangup'))),
      hold: (on: boolean) => tell(unwrap(api.POST('/agent/session/hold', { body: { on } }))),
      mute: (on: boolean) => tell(unwrap(api.POST('/agent/session/mute', { body: { on } }))),
      echoTest: (on: boolean) => tell(unwrap(api.POST('/agent/session/echo_test', { body: { on } }))),
      digits: (digits: string) => tell(unwrap(api.POST('/agent/session/digits', { body: { digits } }))),
      park: () => tell(saved().then(() => unwrap(api.POST('/agent/session/park')))),
      retrieve: (attempt_id: number) => tell(unwrap(api.POST('/agent/session/retrieve', { body: { attempt_id } }))),
      transfer: (body: TransferRequest) => saved().then(() => unwrap(api.POST('/agent/session/transfer', { body }))),
      consult: (body: TransferRequest) => unwrap(api.POST('/agent/session/consult', { body })),
      consultStep: (step: ConsultStep) => tell(saved().then(() => unwrap(api.POST('/agent/session/consult/step', { body: { step } })))),
      dialPreview: () => tell(unwrap(api.POST('/agent/session/preview', { body: { dial: true } }))),
      nextPreview: () => tell(unwrap(api.POST('/agent/session/preview/next'))),
      skipPreview: (skip_reason: string) => tell(unwrap(api.POST('/agent/session/preview', { body: { dial: false, skip_reason } }))),
      submit: (body: DispositionRequest) => tell(unwrap(api.POST('/agent/session/disposition', { body }))),
      leave: () => tell(saved().then(() => unwrap(api.DELETE('/agent/session')))),
    };
  }, [save]);
}

export type SessionActions = ReturnType<typeof useSessionActions>;

/** The first is what the keyboard takes. */
export const skipReasons = ['not now', 'called before', 'wrong person', 'data is wrong'] as const;

/** The first is what the keyboard takes. */
export const pauseReasons = ['break', 'lunch', 'meeting', 'training', 'paperwork'] as const;

import type { DialerType } from '@/api/types';

export const dialerTypes: Record<DialerType, { label: string; description: string }> = {
  auto: { label: 'Auto', description: 'Dials for agents who are ready and connects whoever answers.' },
  preview: { label: 'Preview', description: 'Shows each lead to an agent, who dials or skips.' },
  broadcast: { label: 'Broadcast', description: 'Calls without human agents.' },
};

import type { SipProfile } from '@/api/types';

/** What a SIP profile's protocol means for the agents who have it. */
export const sipProtocols: Record<NonNullable<SipProfile['protocol']>, string> = {
  webrtc: 'Browser (WebRTC)',
  udp: 'Desk phone over UDP',
  tcp: 'Desk phone over TCP',
  tls: 'Desk phone over TLS',
};

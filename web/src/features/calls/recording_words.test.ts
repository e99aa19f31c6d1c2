import { describe, expect, it } from 'vitest';
import type { AttemptEvent } from '@/api/types';
import { recordingTrouble } from './recording_words';

const event = (kind: string, detail: string): AttemptEvent => ({ at: 1, kind, detail });

describe('what is said of a recording', () => {
  it('is nothing while all is well', () => {
    expect(recordingTrouble([])).toBeNull();
    expect(recordingTrouble([event('placed', ''), event('recording', '12.3 s recorded')])).toBeNull();
    expect(recordingTrouble([event('recording', '12.3 s recorded until the server stopped')])).toBeNull();
  });

  it('is why it failed, also when a part of it is there', () => {
    const full = 'The recording attempt-1.wav could not be written: No space left on device. Free space.';
    expect(recordingTrouble([event('recording', full)])).toBe(full);
    expect(recordingTrouble([event('recording', full), event('recording', '0.6 s recorded')])).toBe(full);
  });

  it('is that it was deleted', () => {
    expect(recordingTrouble([event('recording', '12.3 s recorded'), event('recording', 'deleted, as it was older than is kept')])).toBe(
      'The recording was deleted, as it was older than is kept.',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { timeThere } from './time_there';

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const noon = Date.UTC(2026, 10, 23, 12);

describe('timeThere', () => {
  it('says nothing where the clock is ours, and where nobody knows', () => {
    expect(timeThere([here], noon)).toBeNull();
    expect(timeThere([], noon)).toBeNull();
    expect(timeThere(['Mars/One'], noon)).toBeNull();
  });

  it('tells day and time of another zone', () => {
    const elsewhere = here === 'Pacific/Kiritimati' ? 'Pacific/Pago_Pago' : 'Pacific/Kiritimati';
    expect(timeThere([elsewhere], noon)).toMatch(elsewhere === 'Pacific/Kiritimati' ? /^Tue.* 2:00/ : /^Mon.* 1:00/);
  });

  it('goes from the earliest to the latest of several', () => {
    expect(timeThere(['America/Los_Angeles', 'America/New_York', 'America/Chicago'], noon)).toMatch(/4:00.* to .*7:00/);
    expect(timeThere(['Pacific/Kiritimati', 'Etc/GMT-14'], noon)).not.toMatch(/ to /);
  });
});

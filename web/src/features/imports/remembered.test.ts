import { describe, expect, it } from 'vitest';
import type { ImportSettings } from './mapping';
import { recall, remember } from './remembered';

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
}

const settings: ImportSettings = { startRow: 2, mapping: { 0: 'phone', 1: 'custom:Plan' }, statusForAll: 'Hot', mode: 'replace', duplicates: 'campaign', country: 'GB' };
const file = [['Leads of May'], ['Tel', ' Plan '], ['1', 'x']];

describe('the mapping of a file with the same heading', () => {
  it('comes back, but not whether leads are replaced', () => {
    const storage = memory();
    remember(storage, file, settings);
    expect(recall(storage, [['leads of may'], ['TEL', 'Plan'], ['9', 'y']])).toEqual({
      startRow: 2, mapping: { 0: 'phone', 1: 'custom:Plan' }, statusForAll: 'Hot', duplicates: 'campaign', country: 'GB',
    });
    expect(recall(storage, [['Leads of June'], ['Tel', 'Plan']])).toBeNull();
  });

  it('is that of the last time, and of the last fifty kinds of files', () => {
    const storage = memory();
    for (let n = 0; n < 60; n++) remember(storage, [[`File ${n}`], ['1']], { ...settings, startRow: 1 });
    remember(storage, [['File 59'], ['1']], { ...settings, startRow: 1, country: 'DE' });
    expect(recall(storage, [['File 59']])?.country).toBe('DE');
    expect(recall(storage, [['File 11']])).not.toBeNull();
    expect(recall(storage, [['File 9']])).toBeNull();
  });

  it('needs a heading, and survives what others wrote', () => {
    const storage = memory();
    remember(storage, [['1'], ['2']], { ...settings, startRow: 0 });
    expect(recall(storage, [['1'], ['2']])).toBeNull();
    storage.setItem('carillon.imports', '{"not": "a list"}');
    expect(recall(storage, file)).toBeNull();
    storage.setItem('carillon.imports', 'nonsense');
    expect(recall(storage, file)).toBeNull();
  });
});

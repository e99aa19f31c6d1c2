import type { ImportSettings } from './mapping';

/** How a file with the same heading was imported the last time, on this computer. */
export type Remembered = Pick<ImportSettings, 'startRow' | 'mapping' | 'statusForAll' | 'duplicates' | 'country'>;

const place = 'carillon.imports';
const mostFiles = 50;

/** The rows up to where the data starts tell one kind of file from another. */
function headingKey(rows: readonly string[][], startRow: number): string | null {
  const heading = rows.slice(0, startRow).map((row) => row.map((cell) => cell.trim().toLowerCase()));
  return heading.some((row) => row.some((cell) => cell !== '')) ? JSON.stringify(heading) : null;
}

function readAll(storage: Storage): [string, Remembered][] {
  try {
    const found: unknown = JSON.parse(storage.getItem(place) ?? '[]');
    return Array.isArray(found) ? (found as [string, Remembered][]) : [];
  } catch {
    return [];
  }
}

export function remember(storage: Storage, rows: readonly string[][], settings: ImportSettings): void {
  const key = headingKey(rows, settings.startRow);
  if (key === null) return;
  const { startRow, mapping, statusForAll, duplicates, country } = settings;
  const others = readAll(storage).filter(([each]) => each !== key);
  try {
    storage.setItem(place, JSON.stringify([[key, { startRow, mapping, statusForAll, duplicates, country }], ...others].slice(0, mostFiles)));
  } catch {
    // A full or forbidden storage: the next time the mapping is guessed again.
  }
}

/** Nothing when no file with this heading was imported here. A file without a heading is never known. */
export function recall(storage: Storage, rows: readonly string[][]): Remembered | null {
  const known = new Map(readAll(storage));
  for (let startRow = 1; startRow <= rows.length; startRow++) {
    const key = headingKey(rows, startRow);
    const found = key === null ? undefined : known.get(key);
    if (found?.startRow === startRow) return found;
  }
  return null;
}

import type { ImportRequest, Upload } from '@/api/types';

/** Column (from 0) to lead field; "custom:Name" makes a custom column. */
export type Mapping = Readonly<Record<number, string>>;

export function mappingOf(guessed: Upload['guessed_mapping']): Mapping {
  return Object.fromEntries(Object.entries(guessed).map(([column, field]) => [Number(column), field]));
}

/** The mapping with one column changed. A field belongs to one column: the latest wins. */
export function mapColumn(mapping: Mapping, column: number, field: string | null): Mapping {
  const next: Record<number, string> = {};
  for (const [key, value] of Object.entries(mapping)) {
    if (Number(key) !== column && value !== field) next[Number(key)] = value;
  }
  if (field !== null) next[column] = field;
  return next;
}

/** The heading above a column: its cell in the row before the data starts. */
export function headingOf(rows: readonly string[][], startRow: number, column: number): string {
  return startRow > 0 ? (rows[startRow - 1]?.[column]?.trim() ?? '') : '';
}

export interface ImportSettings {
  startRow: number;
  mapping: Mapping;
  statusForAll: string;
  mode: NonNullable<ImportRequest['mode']>;
  duplicates: NonNullable<ImportRequest['duplicates']>;
  country: string;
}

/** What still stands in the way of importing, as sentences; empty: ready. */
export function whatIsMissing({ mapping, statusForAll, country }: ImportSettings): string[] {
  const fields = Object.values(mapping);
  const missing: string[] = [];
  if (!fields.includes('phone')) missing.push('Map the column that holds the phone number.');
  if (!fields.includes('status') && statusForAll.trim() === '') missing.push('Map a column to status, or give a status for all.');
  if (!/^[A-Za-z]{2}$/.test(country)) missing.push('Give the country as two letters, such as US.');
  return missing;
}

export function importRequest(uploadId: string, settings: ImportSettings): ImportRequest {
  const hasStatus = Object.values(settings.mapping).includes('status');
  return {
    upload_id: uploadId,
    start_row: settings.startRow,
    mapping: Object.fromEntries(Object.entries(settings.mapping)),
    mode: settings.mode,
    duplicates: settings.duplicates,
    country: settings.country.toUpperCase(),
    ...(hasStatus ? {} : { status_for_all: settings.statusForAll.trim() }),
  };
}

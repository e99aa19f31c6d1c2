/** Text that a spreadsheet would run as a formula gets a quote before it. */
export function withoutFormula(text: string): string {
  const formula = /^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && !/^[+-][\d ().-]*$/.test(text));
  return formula ? `'${text}` : text;
}

/** One CSV cell (RFC 4180), without formulas. */
export function csvCell(value: unknown): string {
  const safe = withoutFormula(typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLines(rows: readonly unknown[][]): string {
  return rows.map((row) => row.map(csvCell).join(',') + '\r\n').join('');
}

export function saveFile(name: string, parts: string[], type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

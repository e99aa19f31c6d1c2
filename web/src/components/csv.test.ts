import { describe, expect, it } from 'vitest';
import { csvLines } from './csv';

describe('csvLines', () => {
  it('quotes commas, quotes and line breaks', () => {
    expect(csvLines([['a,b', 'say "hi"', 'two\nlines', 7, null]])).toBe('"a,b","say ""hi""","two\nlines",7,\r\n');
  });

  it('keeps a spreadsheet from running text as a formula, and leaves telephone numbers alone', () => {
    expect(csvLines([['=1+1', '+12025550123', '-5', '@x', '+cmd|calc']])).toBe("'=1+1,+12025550123,-5,'@x,'+cmd|calc\r\n");
  });
});

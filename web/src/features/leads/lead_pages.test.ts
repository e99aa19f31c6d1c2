import { describe, expect, it } from 'vitest';
import type { Lead } from '@/api/types';
import { LeadPages, type LeadAnswer, type LeadRequest } from './lead_pages';

/** A server with leads 1 to `count`, which notes how many rows it had to pass over. */
function serverOf(count: number) {
  const passed: number[] = [];
  const answer = ({ offset, limit, sort, after }: LeadRequest): Promise<LeadAnswer> => {
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    const order = sort.startsWith('-') ? ids.toReversed() : ids;
    const from = after === '' ? 0 : order.indexOf(Number(after)) + 1;
    passed.push(offset);
    const page = order.slice(from + offset, from + offset + limit);
    return Promise.resolve({ items: page.map((id) => ({ id }) as Lead), total: null, next: String(page.at(-1) ?? '') });
  };
  return { passed, answer };
}
const idsOf = (leads: Lead[]) => leads.map(({ id }) => id);

describe('pages of leads', () => {
  it('go on from the page before without passing over rows', async () => {
    const { passed, answer } = serverOf(1000);
    const pages = new LeadPages(undefined, answer);
    expect(idsOf(await pages.page(0, 3))).toEqual([1, 2, 3]);
    expect(idsOf(await pages.page(3, 3))).toEqual([4, 5, 6]);
    expect(idsOf(await pages.page(8, 2))).toEqual([9, 10]);
    expect(passed).toEqual([0, 0, 2]);
  });

  it('read the end backwards', async () => {
    const { passed, answer } = serverOf(1000);
    const pages = new LeadPages('id', answer);
    pages.total = 1000;
    expect(idsOf(await pages.page(900, 100))).toEqual(Array.from({ length: 100 }, (_, index) => 901 + index));
    expect(passed).toEqual([0]);
    // From there forwards again.
    expect(idsOf(await pages.page(995, 10))).toEqual([996, 997, 998, 999, 1000]);
  });

  it('give every row once in any order of asking', async () => {
    for (const sort of ['id', '-id']) {
      const { answer } = serverOf(57);
      const pages = new LeadPages(sort, answer);
      pages.total = 57;
      const found = new Map<number, number>();
      for (const block of [4, 0, 5, 2, 3, 1]) {
        const ids = idsOf(await pages.page(block * 10, 10));
        ids.forEach((id, index) => found.set(block * 10 + index, id));
      }
      const expected = Array.from({ length: 57 }, (_, index) => [index, sort === 'id' ? index + 1 : 57 - index]);
      expect([...found].sort(([a], [b]) => a - b)).toEqual(expected);
    }
  });

  it('start anew when rows have come or gone', async () => {
    const { passed, answer } = serverOf(10);
    const pages = new LeadPages('id', answer);
    await pages.page(0, 5);
    pages.forget();
    await pages.page(5, 5);
    expect(passed).toEqual([0, 5]);
  });
});

import type { Lead } from '@/api/types';

export interface LeadRequest {
  offset: number;
  limit: number;
  sort: string;
  after: string;
}

export interface LeadAnswer {
  items: Lead[];
  total: number | null;
  /** The place behind the last item. */
  next: string;
}

/**
 * Pages of one list of leads, by position. The server goes on quickly from a place it has named, and
 * counts off the rows in between: so each page starts from the nearest place that is known, which
 * may be the end of the list, read backwards.
 */
export class LeadPages {
  /** Position in the list to the cursor of the row before it. */
  private places = new Map<number, string>([[0, '']]);
  private readonly fetchPage: (request: LeadRequest) => Promise<LeadAnswer>;
  private readonly sort: string;
  /** Of the list, once known. */
  total: number | null = null;

  constructor(sort: string | undefined, fetchPage: (request: LeadRequest) => Promise<LeadAnswer>) {
    this.sort = sort ?? 'id';
    this.fetchPage = fetchPage;
  }

  /** Rows have come or gone: positions are not what they were. */
  forget(): void {
    this.places = new Map([[0, '']]);
  }

  async page(start: number, limit: number): Promise<Lead[]> {
    const nearest = this.nearest(start);
    if (this.total !== null && start + limit >= this.total - (start - nearest) && start > nearest) return this.fromTheEnd(start, limit);
    const answer = await this.fetchPage({ offset: start - nearest, limit, sort: this.sort, after: this.places.get(nearest) ?? '' });
    if (answer.total !== null) this.total = answer.total;
    if (answer.items.length > 0) this.places.set(start + answer.items.length, answer.next);
    return answer.items;
  }

  private nearest(start: number): number {
    let best = 0;
    for (const at of this.places.keys()) if (at <= start && at > best) best = at;
    return best;
  }

  private async fromTheEnd(start: number, limit: number): Promise<Lead[]> {
    const total = this.total ?? 0;
    const end = Math.min(start + limit, total);
    if (end <= start) return [];
    const backwards = this.sort.startsWith('-') ? this.sort.slice(1) : `-${this.sort}`;
    const answer = await this.fetchPage({ offset: total - end, limit: end - start, sort: backwards, after: '' });
    if (answer.items.length > 0) this.places.set(end - answer.items.length + 1, answer.next);
    return answer.items.toReversed();
  }
}

import { describe, expect, it } from 'vitest';
import { changeLeadSearch, filterOf, isFiltered, readLeadSearch } from './lead_search';

describe('the list of leads in the URL', () => {
  it('reads what it knows and drops the rest', () => {
    expect(
      readLeadSearch({ search: 49, sort: '-phone', outcome: 'busy', finished: false, where: { city: 'Oslo', state: '' }, columns: ['phone', 3], x: 1 }),
    ).toEqual({ search: '49', sort: '-phone', outcome: 'busy', finished: false, where: { city: 'Oslo' }, columns: ['phone'] });
    expect(readLeadSearch({ outcome: 'odd', finished: 'yes', where: 'city', columns: 'phone' })).toEqual({});
  });

  it('takes out what is cleared', () => {
    expect(changeLeadSearch({ search: 'a', status: 'New' }, { search: undefined, sort: 'id' })).toEqual({ status: 'New', sort: 'id' });
  });

  it('says which leads are meant, not how they are shown', () => {
    expect(filterOf({ status: 'New', sort: 'phone', columns: ['id'] })).toEqual({ status: 'New' });
    expect(isFiltered({ sort: 'phone' })).toBe(false);
    expect(isFiltered({ finished: false })).toBe(true);
  });
});

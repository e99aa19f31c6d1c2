import { expect, it } from 'vitest';
import { readTableSearch, tableSearchOf } from './table_search';

it('a table is read from the URL, and what is no table is left out', () => {
  const filters = { name: { filterType: 'text', type: 'contains', filter: 'sol' } };
  expect(readTableSearch({ search: 49, sort: '-name', filters, hidden: ['type', 3], tab: 'x' })).toEqual({ search: '49', sort: '-name', filters, hidden: ['type'] });
  expect(readTableSearch({ search: '', filters: { name: 'sol', type: { filterType: 'evil' }, cps: null }, hidden: 'type' })).toEqual({});
  expect(readTableSearch({ filters: null })).toEqual({});
});

it('the choice to show every column is kept', () => {
  expect(readTableSearch({ hidden: [] })).toEqual({ hidden: [] });
  expect(tableSearchOf({ search: undefined, hidden: [] })).toEqual({ hidden: [] });
});

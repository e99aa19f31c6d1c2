// @vitest-environment jsdom
import { expect, it } from 'vitest';
import type { Lead } from '@/api/types';
import { bodyOf, isUnchanged, noChanges, withCustom, withField } from './contact_changes';

const lead = { id: 1, city: 'Portland', custom: { Plan: 'Yearly', Roof: 'Flat' } } as unknown as Lead;

it('only what was changed is sent', () => {
  expect(bodyOf(lead, withField(noChanges, lead, 'city', 'Salem'))).toEqual({ city: 'Salem' });
  expect(bodyOf(lead, noChanges)).toEqual({});
});

it('a value that is as it was again is no change', () => {
  const there = withField(noChanges, lead, 'city', 'Salem');
  expect(isUnchanged(there)).toBe(false);
  expect(isUnchanged(withField(there, lead, 'city', 'Portland'))).toBe(true);
  expect(isUnchanged(withCustom(withCustom(noChanges, lead, 'Plan', 'x'), lead, 'Plan', 'Yearly'))).toBe(true);
});

it('own columns go together, and one that was emptied goes away', () => {
  const changed = withCustom(withCustom(noChanges, lead, 'Plan', ''), lead, 'Größe', '12 m²');
  expect(bodyOf(lead, changed)).toEqual({ custom: { Roof: 'Flat', Größe: '12 m²' } });
});

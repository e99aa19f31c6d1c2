import { api, unwrap } from '@/api/client';
import type { Lead } from '@/api/types';
import { leadFieldGroups } from '@/features/leads/lead_columns';
import { keptOf, type Kept } from './kept';

/** Whom the lead belongs to and which number is dialed are the supervisor's business. */
export const contactFields = leadFieldGroups.flatMap((group) => group.fields.filter((field) => field !== 'phone' && field !== 'owner'));

export type ContactField = (typeof contactFields)[number] | 'comments';

/** What the agent has changed of a lead's details and not saved. */
export interface ContactChanges {
  fields: Partial<Record<ContactField, string>>;
  custom: Record<string, string>;
}

export const noChanges: ContactChanges = { fields: {}, custom: {} };

export function contactChangesOf(user: number): Kept<ContactChanges> {
  return keptOf<ContactChanges>('contact', user);
}

/** The changes with one more; a value that is as it was again is no change. */
export function withField(changes: ContactChanges, lead: Lead, field: ContactField, value: string): ContactChanges {
  const others = Object.fromEntries(Object.entries(changes.fields).filter(([name]) => name !== field));
  return { ...changes, fields: value === lead[field] ? others : { ...others, [field]: value } };
}

export function withCustom(changes: ContactChanges, lead: Lead, column: string, value: string): ContactChanges {
  const others = Object.fromEntries(Object.entries(changes.custom).filter(([name]) => name !== column));
  return { ...changes, custom: value === (lead.custom?.[column] ?? '') ? others : { ...others, [column]: value } };
}

export function isUnchanged({ fields, custom }: ContactChanges): boolean {
  return Object.keys(fields).length + Object.keys(custom).length === 0;
}

/** What the API is to be told: only what was changed, except that own columns go together. */
export function bodyOf(lead: Lead, { fields, custom }: ContactChanges) {
  if (Object.keys(custom).length === 0) return { ...fields };
  const all = Object.entries({ ...lead.custom, ...custom }).filter(([, value]) => value !== '');
  return { ...fields, custom: Object.fromEntries(all) };
}

/** Saves what was changed, and forgets it here. Nothing happens when nothing was. */
export async function sendContact(user: number, lead: Lead): Promise<void> {
  const kept = contactChangesOf(user);
  const changes = kept.read(lead.id);
  if (!changes) return;
  if (!isUnchanged(changes)) await unwrap(api.PATCH('/leads/{id}', { params: { path: { id: lead.id } }, body: bodyOf(lead, changes) }));
  if (kept.read(lead.id) === changes) kept.remove(lead.id);
}

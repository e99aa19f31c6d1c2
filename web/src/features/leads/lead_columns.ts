/** The lead's own fields, in the order of the form and the table, in groups. */
export const leadFieldGroups = [
  {
    title: 'Person',
    fields: ['title', 'first_name', 'middle_initial', 'last_name', 'gender', 'date_of_birth', 'business', 'email'],
  },
  {
    title: 'Address',
    fields: ['address1', 'address2', 'address3', 'city', 'state', 'province', 'postal_code', 'country_code', 'time_zone'],
  },
  { title: 'Numbers', fields: ['phone', 'alternative_phone', 'phone_code'] },
  { title: 'Source', fields: ['vendor_lead_code', 'source_id', 'owner', 'security_phrase'] },
] as const;

export type LeadTextField = (typeof leadFieldGroups)[number]['fields'][number] | 'status' | 'comments';

const labels: Record<string, string> = {
  email: 'Email',
  phone: 'Phone',
  date_of_birth: 'Date of birth',
  vendor_lead_code: 'Vendor lead code',
  source_id: 'Source ID',
  not_call_until: 'Not call until',
};

export function leadFieldLabel(name: string): string {
  if (name.startsWith('custom:')) return name.slice('custom:'.length);
  const text = name.replace(/(\d)$/, ' $1').replaceAll('_', ' ');
  return labels[name] ?? text.charAt(0).toUpperCase() + text.slice(1);
}

/** The fields that are text or numbers, the most important first. */
export const plainFields: string[] = [
  'phone',
  'status',
  ...leadFieldGroups.flatMap((group) => group.fields).filter((field) => field !== 'phone'),
  'comments',
  'priority',
];

/** What a column of a file can be mapped to, besides own columns. */
export const mappableFields: string[] = [...plainFields, 'not_call_until'];

export function fullName(lead: { title?: string; first_name?: string; middle_initial?: string; last_name?: string; business?: string; phone?: string }): string {
  const name = [lead.title, lead.first_name, lead.middle_initial, lead.last_name].filter(Boolean).join(' ');
  return name || lead.business || lead.phone || '';
}

import type { Lead } from '@/api/types';

/** Lead fields that a script can hold as {{name}}, in the order of the menu. */
export const placeholders: { name: string; label: string }[] = [
  { name: 'first_name', label: 'First name' },
  { name: 'last_name', label: 'Last name' },
  { name: 'title', label: 'Title' },
  { name: 'business', label: 'Business' },
  { name: 'phone', label: 'Phone' },
  { name: 'email', label: 'Email' },
  { name: 'address1', label: 'Address 1' },
  { name: 'address2', label: 'Address 2' },
  { name: 'city', label: 'City' },
  { name: 'state', label: 'State' },
  { name: 'postal_code', label: 'Postal code' },
  { name: 'country_code', label: 'Country code' },
  { name: 'date_of_birth', label: 'Date of birth' },
  { name: 'gender', label: 'Gender' },
  { name: 'vendor_lead_code', label: 'Vendor lead code' },
  { name: 'comments', label: 'Comments' },
  { name: 'agent_name', label: "Agent's own name" },
];

export const sampleLead: Partial<Lead> = {
  first_name: 'Maria',
  last_name: 'Keller',
  title: 'Ms',
  business: 'Keller & Sons',
  phone: '+12025550123',
  email: 'maria.keller@example.com',
  address1: '14 Harbour Street',
  address2: '',
  city: 'Portland',
  state: 'Oregon',
  postal_code: '97204',
  country_code: 'US',
  date_of_birth: '1984-05-12',
  gender: 'F',
  vendor_lead_code: 'VL-1042',
  comments: 'Asked about the yearly plan',
  custom: {},
};

/** What a placeholder stands for; undefined when the lead has no such field or it is empty. */
export function fieldOf(lead: Partial<Lead>, name: string, agentName: string): string | undefined {
  if (name === 'agent_name') return agentName;
  const value = name in lead ? (lead as Record<string, unknown>)[name] : lead.custom?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

const pattern = /\{\{\s*([\w .-]{1,100}?)\s*\}\}/g;

/**
 * Puts the lead's fields into a script's text nodes. The fields come in as text, never as markup, so
 * nothing in a lead can become part of the page. A field that is not known is shown as a gap.
 */
export function fillScript(root: ParentNode & Node, lead: Partial<Lead>, agentName: string): void {
  const document = root.ownerDocument ?? (root as Document);
  const walker = document.createTreeWalker(root, 4 /* NodeFilter.SHOW_TEXT */);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    const parts = text.data.split(pattern);
    if (parts.length === 1) continue;
    const filled = document.createDocumentFragment();
    parts.forEach((part, index) => {
      if (index % 2 === 0) {
        filled.append(part);
        return;
      }
      const value = fieldOf(lead, part, agentName);
      const mark = document.createElement('span');
      mark.className = value === undefined ? 'script-gap' : 'script-field';
      mark.textContent = value ?? part.replaceAll('_', ' ');
      filled.append(mark);
    });
    text.replaceWith(filled);
  }
}

const allowedTags = new Set(['P', 'BR', 'STRONG', 'B', 'EM', 'I', 'U', 'S', 'H1', 'H2', 'H3', 'H4', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'HR', 'A', 'CODE', 'PRE', 'SPAN', 'MARK']);

/** Takes out whatever a script has no need of. The server does so too; this page does not rely on it. */
export function sanitize(root: ParentNode): void {
  for (const element of [...root.querySelectorAll('*')]) {
    if (!allowedTags.has(element.tagName)) {
      if (['SCRIPT', 'STYLE', 'IFRAME', 'OBJECT', 'TEMPLATE', 'SVG', 'MATH'].includes(element.tagName.toUpperCase())) element.remove();
      else element.replaceWith(...element.childNodes);
      continue;
    }
    for (const attribute of [...element.attributes]) {
      const link = element.tagName === 'A' && attribute.name === 'href' && /^(https?:|mailto:|tel:)/i.test(attribute.value.trim());
      if (!link) element.removeAttribute(attribute.name);
    }
    if (element.tagName === 'A') {
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer');
    }
  }
}

/** A script as one line of text, for tables. */
export function plainText(html: string): string {
  const page = new DOMParser().parseFromString(html.replaceAll(/<\/(p|li|h\d)>/g, ' '), 'text/html');
  return (page.body.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** The script's body for one lead, safe to put into the page. */
export function renderScript(html: string, lead: Partial<Lead>, agentName: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  sanitize(page.body);
  fillScript(page.body, lead, agentName);
  return page.body.innerHTML;
}

import type { Lead } from '@/api/types';
import { formatTime } from '@/components/format';
import { leadFieldGroups, leadFieldLabel } from '@/features/leads/lead_columns';

/** Who reads the script. */
export interface ScriptAgent {
  name: string;
  username: string;
}

export interface Placeholder {
  /** What stands between the braces. */
  name: string;
  label: string;
}

const field = (name: string): Placeholder => ({ name, label: leadFieldLabel(name) });

/** What a script can hold as {{name}} besides own columns, in the order of the menu. */
export const placeholderGroups: { title: string; items: Placeholder[] }[] = [
  ...leadFieldGroups.map(({ title, fields }) => ({ title, items: fields.map(field) })),
  { title: 'Dialing', items: ['status', 'comments', 'priority', 'called_count', 'last_called_at', 'last_disposition', 'not_call_until'].map(field) },
  {
    title: 'Agent',
    items: [
      { name: 'agent_name', label: "Agent's own name" },
      { name: 'agent_username', label: "Agent's user name" },
    ],
  },
];

export const sampleLead: Partial<Lead> = {
  title: 'Ms',
  first_name: 'Maria',
  middle_initial: 'J',
  last_name: 'Keller',
  gender: 'F',
  date_of_birth: '1984-05-12',
  business: 'Keller & Sons',
  email: 'maria.keller@example.com',
  address1: '14 Harbour Street',
  address2: '',
  address3: '',
  city: 'Portland',
  state: 'Oregon',
  province: '',
  postal_code: '97204',
  country_code: 'US',
  time_zone: 'America/Los_Angeles',
  phone: '+12025550123',
  alternative_phone: '+12025550124',
  phone_code: '1',
  vendor_lead_code: 'VL-1042',
  source_id: 'Fair 2026',
  owner: 'West',
  security_phrase: 'blue door',
  status: 'New',
  comments: 'Asked about the yearly plan',
  priority: 5,
  called_count: 1,
  last_disposition: 'CALL BACK',
  custom: {},
};

const times = new Set(['last_called_at', 'not_call_until', 'created_at', 'modified_at']);

/** What a placeholder stands for; undefined when the lead has no such field or it is empty. */
export function fieldOf(lead: Partial<Lead>, name: string, agent: ScriptAgent): string | undefined {
  if (name === 'agent_name') return agent.name;
  if (name === 'agent_username') return agent.username;
  const holder: object = Object.hasOwn(lead, name) ? lead : (lead.custom ?? {});
  const value: unknown = Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined;
  if (typeof value === 'number') return times.has(name) ? formatTime(value) : String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// An own column may have any name: {{Größe}}, {{Plan (2026)}}.
const pattern = /\{\{\s*([^{}\s][^{}]{0,99}?)\s*\}\}/g;

/**
 * Puts the lead's fields into a script's text nodes. The fields come in as text, never as markup, so
 * nothing in a lead can become part of the page. A field that is not known is shown as a gap.
 */
export function fillScript(root: ParentNode & Node, lead: Partial<Lead>, agent: ScriptAgent): void {
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
      const value = fieldOf(lead, part, agent);
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
export function renderScript(html: string, lead: Partial<Lead>, agent: ScriptAgent): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  sanitize(page.body);
  fillScript(page.body, lead, agent);
  return page.body.innerHTML;
}

// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { formatTime } from '@/components/format';
import { leadFieldGroups } from '@/features/leads/lead_columns';
import { fieldOf, placeholderGroups, plainText, renderScript } from './script_text';

const lead = { first_name: 'Maria', city: '', custom: { 'Favourite plan': 'Yearly' }, called_count: 3 };

const nina = { name: 'Nina', username: 'nina.frost' };

describe('renderScript', () => {
  it('fills in fields, custom columns and the agent', () => {
    const html = renderScript('<p>Hello {{ first_name }}, {{Favourite plan}}, {{agent_name}}</p>', lead, nina);
    const box = document.createElement('div');
    box.innerHTML = html;
    expect(box.textContent).toBe('Hello Maria, Yearly, Nina');
    expect(box.querySelectorAll('.script-field')).toHaveLength(3);
  });

  it('shows an empty or unknown field as a gap with its name', () => {
    const html = renderScript('<p>{{city}} {{no_such_field}}</p>', lead, nina);
    expect(html).toContain('<span class="script-gap">city</span>');
    expect(html).toContain('<span class="script-gap">no such field</span>');
  });

  it('puts a lead in as text, never as markup', () => {
    const html = renderScript('<p>{{first_name}}</p>', { first_name: '<img src=x onerror=alert(1)>' }, nina);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img');
  });

  it('takes out scripts, handlers, styles and foreign links', () => {
    const html = renderScript(
      '<p onclick="a()" style="x">Hi<script>b()</script><a href="javascript:c()">d</a><a href="https://e.example">e</a><iframe src="f"></iframe><svg onload="g()"></svg></p>',
      lead,
      nina,
    );
    for (const bad of ['onclick', 'style', '<script', 'javascript:', '<iframe', '<svg', 'onload']) expect(html).not.toContain(bad);
    expect(html).toContain('href="https://e.example"');
    expect(html).toContain('rel="noopener noreferrer"');
  });
});

it('an own column may have any name, also those that objects have', () => {
  const custom = { Größe: '12 m²', 'Plan (2026)': 'Yearly', '電話': '03', 'a/b & c': 'both', toString: 'text' };
  const text = (script: string) => {
    const box = document.createElement('div');
    box.innerHTML = renderScript(script, { custom }, nina);
    return box.textContent;
  };
  expect(text('<p>{{Größe}}, {{ Plan (2026) }}, {{電話}}, {{a/b &amp; c}}, {{toString}}</p>')).toBe('12 m², Yearly, 03, both, text');
  expect(text('<p>{{constructor}} {{}} {{ }}</p>')).toBe('constructor {{}} {{ }}');
  expect(renderScript('<p>{{Größe}}</p>', { custom: { Größe: '<b onclick=x>' } }, nina)).toContain('&lt;b onclick=x&gt;');
  expect(renderScript('<p>{{&lt;img src=x&gt;}}</p>', {}, nina)).not.toContain('<img');
});

describe('the menu of placeholders', () => {
  const names = placeholderGroups.flatMap(({ items }) => items.map(({ name }) => name));

  it('has every field of a lead, and the agent', () => {
    const fields = leadFieldGroups.flatMap((group) => [...group.fields]);
    expect(names).toEqual(expect.arrayContaining([...fields, 'status', 'comments', 'agent_name', 'agent_username']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('fills each from the lead or the agent', () => {
    const whole = { ...Object.fromEntries(names.map((name) => [name, `a ${name}`])), last_called_at: Date.UTC(2026, 10, 23, 12), not_call_until: null };
    for (const name of names) {
      const value = fieldOf(whole, name, nina);
      if (name === 'not_call_until') expect(value).toBeUndefined();
      else if (name === 'last_called_at') expect(value).toBe(formatTime(whole.last_called_at));
      else expect(value).toBe(name === 'agent_name' ? 'Nina' : name === 'agent_username' ? 'nina.frost' : `a ${name}`);
    }
  });
});

it('plainText keeps words of neighbouring paragraphs apart', () => {
  expect(plainText('<p>Good morning</p><p>Bye</p>')).toBe('Good morning Bye');
});

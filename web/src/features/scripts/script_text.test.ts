// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { plainText, renderScript } from './script_text';

const lead = { first_name: 'Maria', city: '', custom: { 'Favourite plan': 'Yearly' }, called_count: 3 };

describe('renderScript', () => {
  it('fills in fields, custom columns and the agent', () => {
    const html = renderScript('<p>Hello {{ first_name }}, {{Favourite plan}}, {{agent_name}}</p>', lead, 'Nina');
    const box = document.createElement('div');
    box.innerHTML = html;
    expect(box.textContent).toBe('Hello Maria, Yearly, Nina');
    expect(box.querySelectorAll('.script-field')).toHaveLength(3);
  });

  it('shows an empty or unknown field as a gap with its name', () => {
    const html = renderScript('<p>{{city}} {{no_such_field}}</p>', lead, 'Nina');
    expect(html).toContain('<span class="script-gap">city</span>');
    expect(html).toContain('<span class="script-gap">no such field</span>');
  });

  it('puts a lead in as text, never as markup', () => {
    const html = renderScript('<p>{{first_name}}</p>', { first_name: '<img src=x onerror=alert(1)>' }, '');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img');
  });

  it('takes out scripts, handlers, styles and foreign links', () => {
    const html = renderScript(
      '<p onclick="a()" style="x">Hi<script>b()</script><a href="javascript:c()">d</a><a href="https://e.example">e</a><iframe src="f"></iframe><svg onload="g()"></svg></p>',
      lead,
      '',
    );
    for (const bad of ['onclick', 'style', '<script', 'javascript:', '<iframe', '<svg', 'onload']) expect(html).not.toContain(bad);
    expect(html).toContain('href="https://e.example"');
    expect(html).toContain('rel="noopener noreferrer"');
  });
});

it('plainText keeps words of neighbouring paragraphs apart', () => {
  expect(plainText('<p>Good morning</p><p>Bye</p>')).toBe('Good morning Bye');
});

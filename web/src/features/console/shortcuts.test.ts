import { describe, expect, it } from 'vitest';
import { shortcutOf } from './shortcuts';

function press(key: string, code: string, more: Partial<Record<'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'repeat', boolean>> = {}) {
  return { key, code, altKey: true, shiftKey: false, ctrlKey: false, metaKey: false, repeat: false, ...more };
}

describe('shortcutOf', () => {
  it('goes by the letter, wherever the keyboard has it', () => {
    expect(shortcutOf(press('m', 'KeyM'), false)).toBe('M');
    expect(shortcutOf(press('m', 'Semicolon'), false)).toBe('M'); // French
    expect(shortcutOf(press('1', 'Digit1'), false)).toBe('1');
  });

  it('goes by the place when Option makes another character of it, as on a Mac', () => {
    expect(shortcutOf(press('µ', 'KeyM'), false)).toBe('M');
    expect(shortcutOf(press('Dead', 'KeyE'), false)).toBe('E');
    expect(shortcutOf(press('¡', 'Digit1'), false)).toBe('1');
    expect(shortcutOf(press('&', 'Digit1'), false)).toBe('1'); // French
  });

  it('leaves a character that Option types to the text', () => {
    expect(shortcutOf(press('[', 'Digit5'), true)).toBeNull(); // German Mac
    expect(shortcutOf(press('@', 'KeyL'), true)).toBeNull();
    expect(shortcutOf(press('Dead', 'KeyE'), true)).toBeNull(); // the accent of é
    expect(shortcutOf(press('h', 'KeyH'), true)).toBe('H');
    expect(shortcutOf(press('3', 'Digit3'), true)).toBe('3');
  });

  it('knows Enter with and without Shift', () => {
    expect(shortcutOf(press('Enter', 'Enter'), true)).toBe('Enter');
    expect(shortcutOf(press('Enter', 'Enter', { shiftKey: true }), true)).toBe('Shift+Enter');
  });

  it('is none without Alt, with AltGr or Command, or when the key is held down', () => {
    expect(shortcutOf(press('h', 'KeyH', { altKey: false }), false)).toBeNull();
    expect(shortcutOf(press('e', 'KeyE', { ctrlKey: true }), false)).toBeNull();
    expect(shortcutOf(press('e', 'KeyE', { metaKey: true }), false)).toBeNull();
    expect(shortcutOf(press('h', 'KeyH', { repeat: true }), false)).toBeNull();
    expect(shortcutOf(press('F4', 'F4'), false)).toBeNull();
  });
});

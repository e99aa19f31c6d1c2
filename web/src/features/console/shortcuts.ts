import { useEffect, useEffectEvent } from 'react';

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'repeat'>;

/**
 * The shortcut that was pressed, like "H", "1", "Enter" or "Shift+Enter", all of them with Alt; null: none.
 * With Option a Mac types "µ" for M and nothing at all for E, so a key that gives no plain letter goes by its
 * place; one that does goes by its letter, wherever the keyboard's language has it. While `writing`, what
 * Option types is text: on many keyboards "@" and "[" need it.
 */
export function shortcutOf(event: Pressed, writing: boolean): string | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return null;
  const shift = event.shiftKey ? 'Shift+' : '';
  if (event.key === 'Enter') return `${shift}Enter`;
  if (/^[a-z]$/i.test(event.key)) return shift + event.key.toUpperCase();
  const place = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  if (!place) return null;
  const typesText = event.key === 'Dead' || (event.key.length === 1 && !/^\d$/.test(event.key));
  if (writing && typesText) return null;
  return shift + (place[1] ?? place[2] ?? '');
}

function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox'].includes(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || target.tagName === 'TEXTAREA');
}

/** Does something on Alt and a key, e.g. {H: hold, 'Shift+Enter': submit}, wherever the focus is. */
export function useShortcuts(shortcuts: Record<string, () => unknown>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const shortcut = shortcutOf(event, isWriting(event.target));
    const act = shortcut === null ? undefined : shortcuts[shortcut];
    if (!act) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.documentElement.addEventListener('keydown', listen);
    return () => document.documentElement.removeEventListener('keydown', listen);
  }, []);
}

import { useState } from 'react';
import classes from './keypad.module.css';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Digits for the other side's menus; typing works while it has the focus. */
export function Keypad({ onDigit }: { onDigit: (digit: string) => void }) {
  const [sent, setSent] = useState('');
  const send = (digit: string) => {
    onDigit(digit);
    setSent((previous) => (previous + digit).slice(-24));
  };
  return (
    // The group takes typed digits; each key is a button of its own.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={classes.keypad}
      role="group"
      aria-label="Keypad"
      onKeyDown={(event) => {
        if (keys.includes(event.key) && !event.altKey && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          send(event.key);
        }
      }}
    >
      <output className={`${classes.sent} tabular`} aria-label="Digits sent">
        {sent || '\u00a0'}
      </output>
      {keys.map((key) => (
        <button key={key} type="button" onClick={() => send(key)} autoFocus={key === '1'}>
          {key}
        </button>
      ))}
    </div>
  );
}

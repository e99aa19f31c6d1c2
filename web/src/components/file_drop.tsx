import { Button } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import classes from './file_drop.module.css';

interface Props {
  accept: string;
  prompt: string;
  hint: string;
  busy?: boolean;
  onFile: (file: File) => void;
}

/** A place to drop one file; the button does the same for keyboards and touch. */
export function FileDrop({ accept, prompt, hint, busy, onFile }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      <IconFileSpreadsheet size={34} stroke={1.4} aria-hidden />
      <p className={classes.prompt}>{prompt}</p>
      <Button variant="default" loading={busy ?? false} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <p className={classes.hint}>{hint}</p>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={prompt}
        className="visually-hidden"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </div>
  );
}

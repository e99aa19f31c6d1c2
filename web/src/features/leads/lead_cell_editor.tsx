import type { CustomCellEditorProps } from 'ag-grid-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Lead } from '@/api/types';
import classes from './lead_cell_editor.module.css';

/** What the server did not take: kept until the cell is edited again. */
export interface Refusal {
  text: string;
  message: string;
}

export interface LeadGridContext {
  refusals: Map<string, Refusal>;
}

export function refusalKey(lead: Lead, column: string): string {
  return `${lead.id} ${column}`;
}

/** One cell's text. After a refusal it comes back with what was typed, and the sentence below it. */
export function LeadCellEditor({ data, column, colDef, value, eventKey, context, onValueChange }: CustomCellEditorProps<Lead, string, LeadGridContext>) {
  const key = refusalKey(data, column.getColId());
  const [refusal] = useState(() => context.refusals.get(key));
  const [typed, setTyped] = useState(() => refusal?.text ?? (eventKey?.length === 1 ? eventKey : (value ?? '')));
  const input = useRef<HTMLInputElement>(null);
  const problem = useId();

  useEffect(() => {
    input.current?.focus();
    if (!(eventKey?.length === 1)) input.current?.select();
    if (refusal || eventKey?.length === 1) onValueChange(typed);
    context.refusals.delete(key);
    // Once, when editing begins.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <div className={classes.editor} style={{ minWidth: column.getActualWidth() }}>
      <input
        ref={input}
        aria-label={colDef.headerName ?? column.getColId()}
        aria-invalid={refusal !== undefined}
        aria-describedby={refusal ? problem : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          onValueChange(event.currentTarget.value);
        }}
      />
      {refusal ? (
        <p id={problem} role="alert">
          {refusal.message}
        </p>
      ) : null}
    </div>
  );
}

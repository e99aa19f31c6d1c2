import type { ReactNode } from 'react';
import classes from './plain_table.module.css';

export interface PlainColumn<Row> {
  header: string;
  /** Hidden headers still name the column for screen readers. */
  hideHeader?: boolean;
  number?: boolean;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  rows: readonly Row[];
  columns: PlainColumn<Row>[];
  rowKey: (row: Row) => number | string;
  empty: ReactNode;
}

/** A short table that needs no search: what is in it fits the eye. */
export function PlainTable<Row>({ label, rows, columns, rowKey, empty }: Props<Row>) {
  if (rows.length === 0) return <p className={classes.note}>{empty}</p>;
  return (
    // Focusable, so that the arrow keys can scroll it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="region" aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" className={column.number ? classes.number : undefined}>
                {column.hideHeader ? <span className="visually-hidden">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.header} className={column.number ? classes.number : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

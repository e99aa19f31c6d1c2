import { Menu, Select, TextInput } from '@mantine/core';
import { IconArrowBarToDown, IconColumnInsertRight } from '@tabler/icons-react';
import { useState } from 'react';
import { leadFieldLabel, mappableFields } from '@/features/leads/lead_columns';
import { headingOf, type Mapping } from './mapping';
import classes from './preview_grid.module.css';

interface Props {
  rows: readonly string[][];
  columns: number;
  startRow: number;
  mapping: Mapping;
  /** The leadset's own columns. */
  own: readonly string[];
  onStartRow: (row: number) => void;
  onMap: (column: number, field: string | null) => void;
}

/**
 * The file's first rows. A row's number sets where the data starts; the head of a column says what
 * it becomes. A right click in a cell offers both.
 */
export function PreviewGrid({ rows, columns, startRow, mapping, own, onStartRow, onMap }: Props) {
  const [menu, setMenu] = useState<{ row: number; column: number; x: number; y: number } | null>(null);
  const [wanted, setWanted] = useState('');
  const all = Array.from({ length: columns }, (_, column) => column);
  const choices = (column: number) => fieldChoices(headingOf(rows, startRow, column), mapping[column], own);
  return (
    <>
      {/* Focusable, so that the arrow keys can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.scroll} role="region" aria-label="Preview of the file" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.corner}>
                Row
              </th>
              {all.map((column) => (
                <th key={column} scope="col" data-mapped={mapping[column] !== undefined || undefined}>
                  <FieldSelect column={column} choices={choices(column)} value={mapping[column] ?? null} onChange={(field) => onMap(column, field)} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index} data-skipped={index < startRow || undefined} data-start={index === startRow || undefined}>
                <th scope="row">
                  <button type="button" onClick={() => onStartRow(index)} aria-pressed={index === startRow} title="Set start row">
                    {index + 1}
                  </button>
                </th>
                {all.map((column) => (
                  <td
                    key={column}
                    data-mapped={mapping[column] !== undefined || undefined}
                    onContextMenu={(event) => {
                      event.preventDefault();
                      setWanted('');
                      setMenu({ row: index, column, x: event.clientX, y: event.clientY });
                    }}
                  >
                    {row[column] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Menu opened={menu !== null} onClose={() => setMenu(null)} position="bottom-start" shadow="md" offset={2}>
        <Menu.Target>
          <button type="button" tabIndex={-1} aria-label="Menu of the cell" className={classes.anchor} style={{ left: menu?.x ?? 0, top: menu?.y ?? 0 }} />
        </Menu.Target>
        {menu ? (
          <Menu.Dropdown mah={380} style={{ overflowY: 'auto' }}>
            <Menu.Item leftSection={<IconArrowBarToDown size={16} />} onClick={() => onStartRow(menu.row)}>
              Set Start Row: {menu.row + 1}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Label>
              <IconColumnInsertRight size={14} aria-hidden /> Map Column {menu.column + 1}
            </Menu.Label>
            <TextInput
              size="xs"
              aria-label="Search fields"
              placeholder="Search, or name an own column"
              maxLength={100}
              m={4}
              value={wanted}
              onChange={(event) => setWanted(event.currentTarget.value)}
            />
            {wanted === '' ? <Menu.Item onClick={() => onMap(menu.column, null)}>Not imported</Menu.Item> : null}
            {searched(choices(menu.column), wanted).map(({ value, label }) => (
              <Menu.Item key={value} onClick={() => onMap(menu.column, value)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        ) : null}
      </Menu>
    </>
  );
}

interface FieldSelectProps {
  column: number;
  choices: { value: string; label: string }[];
  value: string | null;
  onChange: (field: string | null) => void;
}

/** What a column becomes: a field that one looks for, or an own column that one names. */
function FieldSelect({ column, choices, value, onChange }: FieldSelectProps) {
  const [wanted, setWanted] = useState('');
  const shown = choices.find((choice) => choice.value === value)?.label;
  return (
    <Select
      size="xs"
      aria-label={`Map column ${column + 1}`}
      placeholder="Not imported"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Do not import column ${column + 1}` }}
      data={wanted === shown ? choices : searched(choices, wanted)}
      value={value}
      searchValue={wanted}
      onSearchChange={setWanted}
      onChange={onChange}
      comboboxProps={{ width: 220, position: 'bottom-start', shadow: 'md' }}
    />
  );
}

/** The fields that match; what is no field can become an own column. */
function searched(choices: { value: string; label: string }[], wanted: string): { value: string; label: string }[] {
  const text = wanted.trim();
  if (text === '') return choices;
  const found = choices.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()));
  const own = `custom:${text}`;
  return found.some(({ value }) => value === own) ? found : [...found, { value: own, label: `Own column: ${text}` }];
}

/** Every field, the leadset's own columns, one named as the heading, and what the column is mapped to. */
function fieldChoices(heading: string, current: string | undefined, own: readonly string[]): { value: string; label: string }[] {
  const fields = [...mappableFields, ...own.map((name) => `custom:${name}`), ...(heading ? [`custom:${heading}`] : []), ...(current ? [current] : [])];
  return [...new Set(fields)].map((field) => ({
    value: field,
    label: field.startsWith('custom:') ? `Own column: ${leadFieldLabel(field)}` : leadFieldLabel(field),
  }));
}

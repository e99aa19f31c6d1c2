import { Select, type SelectProps } from '@mantine/core';

/** Records as choices, by their names. */
export function choicesOf(records: readonly { id: number; name: string }[] | undefined): { value: string; label: string }[] {
  return (records ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
}

interface Props extends Pick<SelectProps, 'data' | 'searchable' | 'w'> {
  label: string;
  /** Shown while nothing is chosen; the label when left out. */
  placeholder?: string;
  /** What taking the choice back means, as in "All agents". */
  all: string;
  value: string | number | undefined;
  onChange: (value: string | undefined) => void;
}

/** One of a table's filters: a choice that can be taken back. */
export function FilterSelect({ label, placeholder = label, all, value, onChange, ...rest }: Props) {
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      clearable
      clearButtonProps={{ 'aria-label': all }}
      value={value === undefined ? null : String(value)}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      {...rest}
    />
  );
}

import { TextInput } from '@mantine/core';
import classes from './day_filter.module.css';

interface Props {
  /** The end of the range that the day is. */
  end: 'From' | 'To';
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}

/** One of a table's filters: the first or the last day that is shown. An empty date says nothing by itself. */
export function DayFilter({ end, value, onChange }: Props) {
  return (
    <TextInput
      type="date"
      aria-label={`${end} day`}
      leftSection={<span className={classes.end}>{end}</span>}
      leftSectionWidth={end === 'From' ? 46 : 30}
      w={end === 'From' ? 160 : 144}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

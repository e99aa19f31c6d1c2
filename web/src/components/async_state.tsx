import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './async_state.module.css';

export function Loading({ rows = 5, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className={classes.loading} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} radius="sm" width={`${94 - ((row * 17) % 38)}%`} />
      ))}
    </div>
  );
}

export interface EmptyProps {
  title: string;
  hint: ReactNode;
  action?: ReactNode;
}

/** Nothing there yet: says what to do first. */
export function Empty({ title, hint, action }: EmptyProps) {
  return (
    <div className={classes.message}>
      <p className={classes.title}>{title}</p>
      <p className={classes.hint}>{hint}</p>
      {action}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className={classes.message} role="alert">
      <p className={classes.title}>
        <IconAlertTriangle size={18} aria-hidden className={classes.sign} /> This could not be loaded
      </p>
      <p className={classes.hint}>{error instanceof Error ? error.message : 'Something unexpected went wrong.'}</p>
      {retry ? (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={retry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The loading and error states of a query; `children` gets the data once it is there. */
export function Ready<T>({ query, rows, children }: { query: Query<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}

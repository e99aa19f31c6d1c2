import { Button } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode, RefCallback } from 'react';
import { Empty, Failure, type EmptyProps } from './async_state';
import classes from './data_grid.module.css';
import { formatCount } from './format';

export function GridFrame({ children }: { children: ReactNode }) {
  return <div className={classes.frame}>{children}</div>;
}

interface ToolbarProps {
  label: string;
  filters?: ReactNode;
  /** Rows that match; null while that is not known. Left out: not shown. */
  total?: number | null;
  totalLabel?: string;
  tools: ReactNode;
}

/** Above a table: what narrows it down on the left, what can be done with it on the right. */
export function GridToolbar({ label, filters, total, totalLabel, tools }: ToolbarProps) {
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={`${label} tools`}>
      {filters}
      <div className={classes.tools}>
        {total === undefined ? null : (
          <span className={`${classes.count} tabular`} role="status" aria-label={totalLabel}>
            {total === null ? '' : formatCount(total)}
          </span>
        )}
        {tools}
      </div>
    </div>
  );
}

interface BodyProps {
  /** Takes the element around the grid. */
  frame: RefCallback<HTMLElement>;
  error: unknown;
  total: number | null;
  retry: () => void;
  empty: EmptyProps;
  children: ReactNode;
}

/** A table whose rows stay on the server, or why there is nothing to see. */
export function RemoteGridBody({ frame, error, total, retry, empty, children }: BodyProps) {
  if (error !== null && total === null) return <Failure error={error} retry={retry} />;
  return (
    <div ref={frame} className={classes.grid} style={{ minHeight: 360 }}>
      {error === null ? null : (
        <div className={classes.broken} role="alert">
          <IconAlertTriangle size={18} aria-hidden />
          <span>Some rows could not be loaded. {error instanceof Error ? error.message : ''}</span>
          <Button size="xs" variant="default" leftSection={<IconRefresh size={16} />} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
      {total === 0 ? (
        <div className={classes.cover}>
          <Empty {...empty} />
        </div>
      ) : null}
      {children}
    </div>
  );
}

import type { ReactNode } from 'react';
import { useId } from 'react';
import classes from './panel.module.css';

interface Props {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Content reaches the edges, as a table wants. */
  flush?: boolean;
  fill?: boolean;
}

export function Panel({ title, actions, children, flush, fill }: Props) {
  const id = useId();
  return (
    <section className={classes.panel} data-fill={fill || undefined} aria-labelledby={title ? id : undefined}>
      {title || actions ? (
        <header className={classes.header}>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          {actions ? <div className={classes.actions}>{actions}</div> : null}
        </header>
      ) : null}
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}

import type { ReactNode } from 'react';
import { useEffect } from 'react';
import classes from './page.module.css';

interface Props {
  title: string;
  /** Above the title: where one is, with a way back. */
  trail?: ReactNode;
  /** Beside the title, e.g. a badge. */
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Reading width for forms. */
  narrow?: boolean;
  /** The content fills the window and scrolls inside itself. */
  fill?: boolean;
}

export function Page({ title, trail, aside, actions, children, narrow, fill }: Props) {
  useEffect(() => {
    document.title = `${title} · Carillon`;
  }, [title]);
  return (
    <div className={classes.page} data-narrow={narrow || undefined} data-fill={fill || undefined}>
      <header className={classes.header}>
        <div className={classes.heading}>
          {trail ? <nav aria-label="Breadcrumb" className={classes.trail}>{trail}</nav> : null}
          <div className={classes.titleRow}>
            <h1 className={classes.title}>{title}</h1>
            {aside}
          </div>
        </div>
        {actions ? <div className={classes.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

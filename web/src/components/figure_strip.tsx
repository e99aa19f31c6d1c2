import type { ReactNode } from 'react';
import classes from './figure_strip.module.css';

/** Figures side by side, divided by hairlines; wraps to fewer columns on narrow screens. */
export function FigureStrip({ children, label, columns }: { children: ReactNode; label: string; columns?: number }) {
  return (
    <section aria-label={label}>
      <dl className={classes.strip} style={{ '--columns': columns }}>{children}</dl>
    </section>
  );
}

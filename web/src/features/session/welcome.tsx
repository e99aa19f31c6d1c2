import type { ReactNode } from 'react';
import { Logo } from '@/components/logo';
import classes from './welcome.module.css';

/** The frame of the pages before somebody is signed in. */
export function Welcome({ title, intro, children, wide }: { title: string; intro?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <main className={classes.page}>
      <div className={classes.card} data-wide={wide || undefined}>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>Carillon</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        {intro ? <div className={classes.intro}>{intro}</div> : null}
        {children}
      </div>
    </main>
  );
}

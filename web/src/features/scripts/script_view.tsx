import { useMemo } from 'react';
import type { Lead } from '@/api/types';
import { renderScript, type ScriptAgent } from './script_text';
import classes from './script_view.module.css';

/** A script as the agent reads it, with the lead's fields filled in. */
export function ScriptView({ body, lead, agent }: { body: string; lead: Partial<Lead>; agent: ScriptAgent }) {
  const html = useMemo(() => renderScript(body, lead, agent), [body, lead, agent]);
  return <div className={classes.script} dangerouslySetInnerHTML={{ __html: html }} />;
}

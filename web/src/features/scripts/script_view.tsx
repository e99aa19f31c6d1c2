import { useMemo } from 'react';
import type { Lead } from '@/api/types';
import { renderScript } from './script_text';
import classes from './script_view.module.css';

/** A script as the agent reads it, with the lead's fields filled in. */
export function ScriptView({ body, lead, agentName }: { body: string; lead: Partial<Lead>; agentName: string }) {
  const html = useMemo(() => renderScript(body, lead, agentName), [body, lead, agentName]);
  return <div className={classes.script} dangerouslySetInnerHTML={{ __html: html }} />;
}

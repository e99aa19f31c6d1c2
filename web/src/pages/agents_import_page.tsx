import { Code, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Hired } from '@/api/types';
import { FileDrop } from '@/components/file_drop';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { HiredPanels } from '@/features/agents/hired';
import { Problem } from '@/features/api_form';

const mostBytes = 900_000;

/** UTF-8 unless its bytes say otherwise, as spreadsheets write it. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

export function AgentsImportPage() {
  const client = useQueryClient();
  const [hired, setHired] = useState<Hired | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function take(file: File) {
    setBusy(true);
    setProblem(null);
    setHired(null);
    try {
      if (file.size > mostBytes) throw new Error('The file is too large: it may bring 500 people. Split it.');
      setHired(await unwrap(api.POST('/users/import', { body: { csv: await textOf(file) } })));
      await client.invalidateQueries({ queryKey: ['user'] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The file could not be read. Choose it again.');
    } finally {
      setBusy(false);
    }
  }
  const trail = (
    <Link to="/" search={{ tab: 'agents' }}>
      Agents
    </Link>
  );
  return (
    <Page title="Import agents" trail={trail} narrow>
      <Problem text={problem} />
      {hired ? <HiredPanels hired={hired} /> : null}
      {hired && hired.rejected.length === 0 ? null : (
        <Panel title="From a CSV file">
          <Stack gap="md">
            <Text>The first row names the columns: name and username, and if you like role and profile (a SIP profile).</Text>
            <Code block>{'name,username,role,profile\nAnn Archer,ann,agent,Desk phones\nBo Berg,bo,,'}</Code>
            <FileDrop
              accept=".csv,text/csv,text/plain"
              prompt="Drop a CSV file of people here"
              hint="At most 500 people. Everybody gets a one-time password."
              busy={busy}
              onFile={(file) => void take(file)}
            />
          </Stack>
        </Panel>
      )}
    </Page>
  );
}

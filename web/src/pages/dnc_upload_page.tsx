import { Button, Group, Progress, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap, uploadFile } from '@/api/client';
import { dncImportQuery } from '@/api/queries';
import type { DncImport, Upload } from '@/api/types';
import { showError } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { FileDrop } from '@/components/file_drop';
import { Figure } from '@/components/figure';
import { FigureStrip } from '@/components/figure_strip';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { ForCampaign } from '@/features/dnc/for_campaign';

/** A file of numbers into a do-not-call list. The address keeps the upload, so that a reload shows it again. */
export function DncUploadPage() {
  const { upload: importId } = useSearch({ from: '/supervisor/do-not-call/upload' });
  const navigate = useNavigate();
  const [upload, setUpload] = useState<Upload | null>(null);
  const show = (started: DncImport | null) =>
    void navigate({ to: '/do-not-call/upload', search: started ? { upload: started.id } : {}, replace: true });
  return (
    <Page title="Upload numbers" trail={<Link to="/do-not-call">Do not call</Link>} narrow>
      {importId !== undefined ? (
        <Running
          id={importId}
          onAgain={() => {
            setUpload(null);
            show(null);
          }}
        />
      ) : upload ? (
        <Settings upload={upload} onStarted={show} />
      ) : (
        <Choose onUploaded={setUpload} />
      )}
    </Page>
  );
}

function Choose({ onUploaded }: { onUploaded: (upload: Upload) => void }) {
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  async function send(file: File) {
    setShare(0);
    setProblem(null);
    try {
      onUploaded((await uploadFile(`/uploads?name=${encodeURIComponent(file.name)}`, file, setShare)) as Upload);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The upload failed. Try again.');
    } finally {
      setShare(null);
    }
  }
  return (
    <Panel>
      <Stack gap="md">
        <Problem text={problem} />
        <FileDrop
          accept=".csv,.txt,text/csv,text/plain"
          prompt="Drop a file of numbers here"
          hint="CSV, or one number a line"
          busy={share !== null}
          onFile={(file) => void send(file)}
        />
        {share === null ? null : <Progress value={share * 100} aria-label="Sending the file" />}
      </Stack>
    </Panel>
  );
}

/** What a column is called in the choice: its heading, or its first value. */
function columnNames(upload: Upload): { value: string; label: string }[] {
  const first = upload.rows[0] ?? [];
  return Array.from({ length: upload.columns }, (_, index) => ({
    value: String(index),
    label: `${index + 1}: ${first[index]?.slice(0, 40) || '(empty)'}`,
  }));
}

function phoneColumn(upload: Upload): string {
  return Object.entries(upload.guessed_mapping).find(([, field]) => field === 'phone')?.[0] ?? '0';
}

function Settings({ upload, onStarted }: { upload: Upload; onStarted: (started: DncImport) => void }) {
  const form = useForm({
    initialValues: { column: phoneColumn(upload), campaign_id: null as string | null, country: '', reason: '' },
  });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      const body = {
        upload_id: upload.upload_id,
        start_row: upload.guessed_start_row,
        column: Number(values.column),
        campaign_id: values.campaign_id ? Number(values.campaign_id) : null,
        country: values.country.trim().toUpperCase(),
        reason: values.reason,
      };
      onStarted(await unwrap(api.POST('/dnc/imports', { body })));
    }),
  );
  return (
    <form onSubmit={send} style={{ display: 'contents' }}>
      <Problem text={problem} />
      <Panel title={upload.name || 'The file'}>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select label="Column of the number" allowDeselect={false} data={columnNames(upload)} {...form.getInputProps('column')} />
            <ForCampaign {...form.getInputProps('campaign_id')} />
            <TextInput
              label="Country of national numbers"
              description="Two letters, as in US; empty: all have their country code"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              maxLength={2}
              {...form.getInputProps('country')}
            />
            <TextInput label="Reason" maxLength={500} {...form.getInputProps('reason')} />
          </SimpleGrid>
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              List the numbers
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}

const titles = { running: 'Listing the numbers', done: 'Listed', failed: 'Not all could be listed', cancelled: 'Stopped' };

function Running({ id, onAgain }: { id: number; onAgain: () => void }) {
  const query = useQuery(dncImportQuery(id));
  return <Ready query={query}>{(data) => <Report upload={data} onAgain={onAgain} />}</Ready>;
}

function Report({ upload, onAgain }: { upload: DncImport; onAgain: () => void }) {
  async function cancel() {
    try {
      await unwrap(api.DELETE('/dnc/imports/{id}', { params: { path: { id: upload.id } } }));
    } catch (error) {
      showError(error);
    }
  }
  const running = upload.state === 'running';
  return (
    <Panel title={titles[upload.state]}>
      <Stack gap="md">
        {running ? <Progress value={upload.bytes ? (100 * upload.bytes_read) / upload.bytes : 0} aria-label="Progress" /> : null}
        <Problem text={upload.message || null} />
        <FigureStrip label="Rows">
          <Figure label="Rows" value={upload.rows} />
          <Figure label="New on the list" value={upload.accepted} />
          <Figure label="Listed already" value={upload.duplicates} />
          <Figure label="Rejected" value={upload.rejected} />
        </FigureStrip>
        {upload.state === 'cancelled' ? <Text c="dimmed">The numbers that were listed before stay on the list.</Text> : null}
        <Group justify="flex-end">
          {upload.rejected > 0 && !running ? (
            <Button
              component="a"
              href={`/api/v1/dnc/imports/${upload.id}/rejected.csv`}
              variant="default"
              leftSection={<IconDownload size={16} />}
            >
              Rejected rows
            </Button>
          ) : null}
          {running ? (
            <Button variant="default" onClick={() => void cancel()}>
              Stop
            </Button>
          ) : (
            <>
              <Button variant="default" onClick={onAgain}>
                Another file
              </Button>
              <LinkButton to="/do-not-call">See the list</LinkButton>
            </>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}

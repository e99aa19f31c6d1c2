import { Alert, Button, Group, Progress, SegmentedControl, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ApiError, unwrap, uploadFile } from '@/api/client';
import { importQuery, leadsetQuery, leadValuesQuery } from '@/api/queries';
import type { Import, Upload } from '@/api/types';
import { Ready } from '@/components/async_state';
import { useConfirm } from '@/components/confirm';
import { FileDrop } from '@/components/file_drop';
import { Figure } from '@/components/figure';
import { FigureStrip } from '@/components/figure_strip';
import { formatCount } from '@/components/format';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem } from '@/features/api_form';
import { importRequest, mapColumn, mappingOf, whatIsMissing, type ImportSettings } from '@/features/imports/mapping';
import { useCancelImport } from '@/features/imports/use_cancel_import';
import { PreviewGrid } from '@/features/imports/preview_grid';
import { recall, remember } from '@/features/imports/remembered';

/** A file into a leadset: choose, look at it and map its columns, import, read the report. */
export function UploadPage() {
  const { id } = useParams({ from: '/supervisor/leadsets/$id/upload' });
  const { import: importId } = useSearch({ from: '/supervisor/leadsets/$id/upload' });
  const leadset = useQuery(leadsetQuery(Number(id)));
  const [upload, setUpload] = useState<Upload | null>(null);
  const [entry, setEntry] = useState<Entry>({ way: 'file', pasted: '', url: '' });
  const navigate = useNavigate();
  const show = (next: Import | null) =>
    void navigate({ to: '/leadsets/$id/upload', params: { id }, search: next ? { import: next.id } : {}, replace: true });
  return (
    <Page
      title="Upload leads"
      trail={
        <Link to="/leadsets/$id" params={{ id }}>
          {leadset.data?.name ?? 'Leadset'}
        </Link>
      }
    >
      {importId !== undefined ? (
        <Running
          importId={importId}
          leadsetId={id}
          onAgain={() => {
            setUpload(null);
            setEntry({ ...entry, pasted: '', url: '' });
            show(null);
          }}
        />
      ) : upload === null ? (
        <Choose entry={entry} onEntry={setEntry} onUploaded={setUpload} />
      ) : (
        <Map upload={upload} leadsetId={Number(id)} onStarted={show} onBack={() => setUpload(null)} />
      )}
    </Page>
  );
}

/** What was entered so far: it is there again when one comes back from the mapping. */
interface Entry {
  way: 'file' | 'text' | 'url';
  pasted: string;
  url: string;
}

interface ChooseProps {
  entry: Entry;
  onEntry: (entry: Entry) => void;
  onUploaded: (upload: Upload) => void;
}

function Choose({ entry, onEntry, onUploaded }: ChooseProps) {
  const { way, pasted, url } = entry;
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [fetching, setFetching] = useState(false);

  async function attempt(work: () => Promise<Upload>) {
    setProblem(null);
    try {
      onUploaded(await work());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The upload failed. Try again.');
    }
  }
  async function send(file: File) {
    setShare(0);
    await attempt(async () => (await uploadFile(`/uploads?name=${encodeURIComponent(file.name)}`, file, setShare)) as Upload);
    setShare(null);
  }
  async function fetchUrl() {
    setFetching(true);
    await attempt(() => unwrap(api.POST('/uploads/from_url', { body: { url: url.trim() } })));
    setFetching(false);
  }

  return (
    <Panel>
      <Stack>
        {problem && way !== 'url' ? (
          <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle size={18} />}>
            {problem}
          </Alert>
        ) : null}
        <SegmentedControl
          aria-label="Where the leads come from"
          style={{ alignSelf: 'flex-start' }}
          data={[
            { value: 'file', label: 'A file' },
            { value: 'url', label: 'URL' },
            { value: 'text', label: 'Pasted text' },
          ]}
          value={way}
          onChange={(next) => {
            setProblem(null);
            onEntry({ ...entry, way: next });
          }}
        />
        {way === 'text' ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void send(new File([pasted], 'pasted text.csv', { type: 'text/csv' }));
            }}
          >
            <Stack>
              <Textarea
                label="Text"
                description="Copied from a spreadsheet or a CSV file; one lead a row. Nothing is imported before you have seen it."
                autosize
                minRows={8}
                maxRows={24}
                spellCheck={false}
                value={pasted}
                onChange={(event) => onEntry({ ...entry, pasted: event.currentTarget.value })}
              />
              <Group justify="flex-end">
                <Button type="submit" disabled={pasted.trim() === ''} loading={share !== null}>
                  Look at the rows
                </Button>
              </Group>
            </Stack>
          </form>
        ) : way === 'url' ? (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void fetchUrl();
            }}
          >
            <Stack>
              <TextInput
                label="URL"
                type="url"
                placeholder="https://example.com/leads.csv"
                description="Of a CSV file, over https or http. Nothing is imported before you have seen it."
                maxLength={2000}
                value={url}
                error={problem}
                onChange={(event) => onEntry({ ...entry, url: event.currentTarget.value })}
              />
              <Group justify="flex-end">
                <Button type="submit" disabled={url.trim() === ''} loading={fetching}>
                  Fetch the file
                </Button>
              </Group>
            </Stack>
          </form>
        ) : (
          <FileDrop
            accept=".csv,.txt,.tsv,text/csv,text/plain"
            prompt="Drop a CSV file here"
            hint="Comma, semicolon or tab between columns; one lead a row. Nothing is imported before you have seen it."
            busy={share !== null}
            onFile={(file) => void send(file)}
          />
        )}
        {share !== null ? <Progress value={share * 100} aria-label="Upload" /> : null}
      </Stack>
    </Panel>
  );
}

function delimiterName(delimiter: string): string {
  const names: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' };
  return names[delimiter] ?? delimiter;
}

/** What is refused of these is told beside them; what is refused of the mapping, above it. */
const fieldsBelow = ['status_for_all', 'country'];

interface MapProps {
  upload: Upload;
  leadsetId: number;
  onStarted: (started: Import) => void;
  onBack: () => void;
}

function Map({ upload, leadsetId, onStarted, onBack }: MapProps) {
  const confirm = useConfirm();
  const own = useQuery(leadValuesQuery(leadsetId));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ field: string | undefined; message: string } | null>(null);
  const [known] = useState(() => recall(localStorage, upload.rows));
  const [settings, setSettings] = useState<ImportSettings>(() => ({
    startRow: upload.guessed_start_row ?? 0,
    mapping: mappingOf(upload.guessed_mapping),
    statusForAll: 'New',
    mode: 'append',
    duplicates: 'leadset',
    country: 'US',
    ...known,
  }));
  const change = (part: Partial<ImportSettings>) => {
    setSettings({ ...settings, ...part });
    setRefusal(null);
  };
  const refusalOf = (field: string) => (refusal?.field === field ? refusal.message : null);
  const missing = whatIsMissing(settings);
  const hasStatus = Object.values(settings.mapping).includes('status');

  async function start() {
    setRefusal(null);
    if (settings.mode === 'replace') {
      const { total } = await unwrap(api.GET('/leadsets/{id}/lead_count', { params: { path: { id: leadsetId } } }));
      const yes = await confirm({
        title: `Replace ${formatCount(total)} leads?`,
        text: 'The leads that are in the leadset now are deleted, then the file is imported. This cannot be undone.',
        action: `Delete ${formatCount(total)} and import`,
        danger: true,
      });
      if (!yes) return;
    }
    setBusy(true);
    remember(localStorage, upload.rows, settings);
    try {
      onStarted(
        await unwrap(
          api.POST('/leadsets/{id}/imports', { params: { path: { id: leadsetId } }, body: importRequest(upload.upload_id, settings) }),
        ),
      );
    } catch (error) {
      setRefusal({
        field: error instanceof ApiError ? error.field?.split(/[.[]/)[0] : undefined,
        message: error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.',
      });
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Problem text={refusal && !fieldsBelow.includes(refusal.field ?? '') ? refusal.message : null} />
      <Panel
        title={`${upload.name || 'The file'}: the first ${upload.rows.length} rows`}
        actions={
          <Text size="sm" c="dimmed">
            {upload.encoding}, {delimiterName(upload.delimiter)} between {upload.columns} columns. Press a row's number to set the start row.
            {known ? ' Mapped as the last file with this heading.' : ''}
          </Text>
        }
        flush
      >
        <PreviewGrid
          rows={upload.rows}
          columns={upload.columns}
          startRow={settings.startRow}
          mapping={settings.mapping}
          own={own.data?.custom_columns ?? []}
          onStartRow={(startRow) => change({ startRow })}
          onMap={(column, field) => change({ mapping: mapColumn(settings.mapping, column, field) })}
        />
      </Panel>
      <Panel title="How to import">
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
          <TextInput
            label="Status for all"
            description={hasStatus ? 'A column is mapped to status' : 'What every lead gets'}
            disabled={hasStatus}
            value={settings.statusForAll}
            error={refusalOf('status_for_all')}
            onChange={(event) => change({ statusForAll: event.currentTarget.value })}
          />
          <Select
            label="Duplicates"
            description="A number that is already there is left out"
            allowDeselect={false}
            data={[
              { value: 'leadset', label: 'in this leadset' },
              { value: 'campaign', label: 'in the campaign' },
              { value: 'everywhere', label: 'anywhere' },
              { value: 'none', label: 'import all' },
            ]}
            value={settings.duplicates}
            onChange={(value) => value && change({ duplicates: value })}
          />
          <TextInput
            label="Country"
            description="Of numbers without +, two letters"
            maxLength={2}
            value={settings.country}
            error={refusalOf('country')}
            onChange={(event) => change({ country: event.currentTarget.value.toUpperCase() })}
          />
          <div>
            <Text component="div" size="sm" fw={500} id="mode-label">
              Leads that are there
            </Text>
            <Text size="xs" c="dimmed" mb={5}>
              Keep them, or delete them first
            </Text>
            <SegmentedControl
              aria-labelledby="mode-label"
              data={[
                { value: 'append', label: 'Append' },
                { value: 'replace', label: 'Replace' },
              ]}
              value={settings.mode}
              onChange={(value) => change({ mode: value })}
            />
          </div>
        </SimpleGrid>
      </Panel>
      <Group justify="space-between">
        <Button variant="default" onClick={onBack}>
          Other leads
        </Button>
        <Group>
          <Text c="dimmed" role="status">
            {missing[0] ?? ''}
          </Text>
          <Button onClick={() => void start()} disabled={missing.length > 0} loading={busy}>
            Import
          </Button>
        </Group>
      </Group>
    </>
  );
}

const headings: Record<Import['state'], string> = {
  running: 'Importing',
  done: 'Imported',
  failed: 'The import failed',
  cancelled: 'The import was cancelled',
};

function Running({ importId, leadsetId, onAgain }: { importId: number; leadsetId: string; onAgain: () => void }) {
  const cancel = useCancelImport();
  const query = useQuery({
    ...importQuery(importId),
    // Events bring progress; this is for the moment when they do not.
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? 3000 : false),
  });
  return (
    <Ready query={query}>
      {(data) => (
        <Panel title={headings[data.state]}>
          <Stack>
            {data.state === 'running' ? (
              <Progress value={data.bytes ? (100 * (data.bytes_read ?? 0)) / data.bytes : 0} aria-label="Import" animated />
            ) : null}
            {data.message && data.state === 'running' ? (
              <Text c="dimmed" role="status">
                {data.message}
              </Text>
            ) : data.message ? (
              <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle size={18} />}>
                {data.message}
              </Alert>
            ) : null}
            <div role="status">
              <FigureStrip label="Rows">
                <Figure label="Rows read" value={data.rows} />
                <Figure label="Imported" value={data.accepted} tone="in-call" />
                <Figure label="Duplicates" value={data.duplicates} tone="paused" />
                <Figure label="Rejected" value={data.rejected} tone="failed" />
              </FigureStrip>
            </div>
            <Group justify="flex-end">
              {data.state === 'running' ? (
                <Button variant="default" onClick={() => void cancel(importId)}>
                  Cancel the import
                </Button>
              ) : (
                <>
                  {data.rejected + data.duplicates > 0 ? (
                    <Button component="a" href={`/api/v1/imports/${data.id}/rejected.csv`} download variant="default" leftSection={<IconDownload size={16} />}>
                      Rejected rows with reasons
                    </Button>
                  ) : null}
                  <Button variant="default" onClick={onAgain}>
                    Upload more leads
                  </Button>
                  <LinkButton to="/leadsets/$id" params={{ id: leadsetId }} search={{ tab: 'data' }}>
                    See the leads
                  </LinkButton>
                </>
              )}
            </Group>
          </Stack>
        </Panel>
      )}
    </Ready>
  );
}

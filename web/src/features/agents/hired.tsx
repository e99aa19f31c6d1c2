import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Hired } from '@/api/types';
import { csvLines, saveFile } from '@/components/csv';
import { LinkButton } from '@/components/link_button';
import { Panel } from '@/components/panel';
import { PlainTable } from '@/components/plain_table';

const byteOrderMark = '\uFEFF'; // spreadsheets take the file for UTF-8 with it

/** The people who were created, with their passwords: shown and downloaded here, and never again. */
export function HiredPanels({ hired }: { hired: Hired }) {
  const [saved, setSaved] = useState(false);
  const { users, rejected } = hired;
  const phones = users.some((user) => user.sip_username !== '');
  function download() {
    const header = ['name', 'username', 'role', 'one-time password', ...(phones ? ['SIP user name', 'SIP password'] : [])];
    const rows = users.map((user) => [
      user.name, user.username, user.role, user.password, ...(phones ? [user.sip_username, user.sip_password] : []),
    ]);
    saveFile('credentials.csv', [byteOrderMark, csvLines([header, ...rows])], 'text/csv;charset=utf-8');
    setSaved(true);
  }
  return (
    <>
      {users.length > 0 ? (
        <Panel title={users.length === 1 ? '1 person is created' : `${users.length} people are created`}>
          <Stack gap="md">
            <Alert color={saved ? 'green' : 'yellow'} variant="light" styles={{ message: { color: 'var(--ink)' } }}>
              {saved
                ? 'The credentials are downloaded. Hand them over in private; everybody chooses a password of their own at the first sign-in.'
                : 'Download the credentials now: the passwords are not shown again.'}
            </Alert>
            <PlainTable
              label="Credentials"
              rows={users}
              rowKey={(user) => user.id}
              empty=""
              columns={[
                { header: 'Name', cell: (user) => user.name },
                { header: 'User name', cell: (user) => user.username },
                { header: 'One-time password', cell: (user) => <code>{user.password}</code> },
                ...(phones ? [{ header: 'SIP password', cell: (user: Hired['users'][number]) => <code>{user.sip_password}</code> }] : []),
              ]}
            />
            <Group justify="flex-end">
              <LinkButton to="/" search={{ tab: 'agents' }} variant="default">
                To the agents
              </LinkButton>
              <Button leftSection={<IconDownload size={16} />} onClick={download}>
                Download credentials
              </Button>
            </Group>
          </Stack>
        </Panel>
      ) : null}
      {rejected.length > 0 ? (
        <Panel title={rejected.length === 1 ? '1 row was rejected' : `${rejected.length} rows were rejected`}>
          <Stack gap="md">
            <Text c="dimmed">Correct them and import only these rows: the others are created already.</Text>
            <PlainTable
              label="Rejected rows"
              rows={rejected}
              rowKey={(row) => `${row.line} ${row.content}`}
              empty=""
              columns={[
                { header: 'Line', number: true, cell: (row) => row.line || '' },
                { header: 'Row', cell: (row) => row.content },
                { header: 'Reason', cell: (row) => row.reason },
              ]}
            />
          </Stack>
        </Panel>
      ) : null}
    </>
  );
}

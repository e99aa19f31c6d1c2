import { useQuery } from '@tanstack/react-query';
import { systemQuery } from '@/api/queries';
import type { System } from '@/api/types';
import { Ready } from '@/components/async_state';
import classes from './system_view.module.css';

const databases: Record<System['database'], string> = { sqlite: 'SQLite', postgresql: 'PostgreSQL' };
const purposes: Record<System['listeners'][number]['purpose'], string> = {
  pages: 'Pages and programs',
  trunks: 'Carriers',
  phones: 'Desk phones',
  trunk_audio: 'Audio of carriers',
  agent_audio: 'Audio of agents',
};

/** Where this server keeps its records and listens. The configuration of the machine decides. */
export function SystemView() {
  const system = useQuery(systemQuery);
  return (
    <Ready query={system} rows={6}>
      {(data) => (
        <dl className={classes.list}>
          <dt>Database</dt>
          <dd>
            {databases[data.database]} <span className={classes.place}>{data.database_place}</span>
          </dd>
          <dt>Files</dt>
          <dd className={classes.place}>{data.data_folder}</dd>
          {data.listeners.map((listener) => (
            <Listener key={`${listener.purpose} ${listener.transport}`} listener={listener} address={listener.purpose === 'pages' ? data.http_address : data.telephony_address} />
          ))}
        </dl>
      )}
    </Ready>
  );
}

function Listener({ listener, address }: { listener: System['listeners'][number]; address: string }) {
  const { purpose, transport, port, last_port } = listener;
  return (
    <>
      <dt>{purposes[purpose]}</dt>
      <dd className="tabular">
        {address}, {transportOf(listener)} port {port}
        {last_port > port ? ` to ${last_port}` : ''}
        {purpose === 'pages' && transport === 'http' ? ', for a proxy in front' : ''}
      </dd>
    </>
  );
}

function transportOf({ purpose, transport }: System['listeners'][number]): string {
  return transport === 'udp' && (purpose === 'trunks' || purpose === 'phones') ? 'UDP and TCP' : transport.toUpperCase();
}

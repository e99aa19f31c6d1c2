import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { userQuery } from '@/api/queries';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { PersonForm } from '@/features/people/person_form';

export function AgentPage() {
  const { id } = useParams({ from: '/supervisor/agents/$id' });
  const navigate = useNavigate();
  const user = useQuery({ ...userQuery(Number(id)), enabled: id !== 'new' });
  const trail = (
    <Link to="/" search={{ tab: 'agents' }}>
      Agents
    </Link>
  );
  const back = () => void navigate({ to: '/', search: { tab: 'agents' } });
  if (id === 'new') {
    return (
      <Page title="New agent" trail={trail} narrow>
        <PersonForm person={null} fixedRole="agent" onSaved={back} />
      </Page>
    );
  }
  return (
    <Ready query={user}>
      {(data) => (
        <Page title={data.name} trail={trail} narrow>
          <PersonForm key={data.id} person={data} fixedRole="agent" onSaved={back} />
        </Page>
      )}
    </Ready>
  );
}

export function UserPage() {
  const { id } = useParams({ from: '/supervisor/users/$id' });
  const navigate = useNavigate();
  const user = useQuery({ ...userQuery(Number(id)), enabled: id !== 'new' });
  const trail = <Link to="/users">People</Link>;
  const back = () => void navigate({ to: '/users' });
  if (id === 'new') {
    return (
      <Page title="New person" trail={trail} narrow>
        <PersonForm person={null} fixedRole={null} onSaved={back} />
      </Page>
    );
  }
  return (
    <Ready query={user}>
      {(data) => (
        <Page title={data.name} trail={trail} narrow>
          <PersonForm key={data.id} person={data} fixedRole={null} onSaved={back} />
        </Page>
      )}
    </Ready>
  );
}

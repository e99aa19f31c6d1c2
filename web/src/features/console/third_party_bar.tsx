import { Button } from '@mantine/core';
import { IconArrowBackUp, IconArrowsSplit2, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { colleaguesQuery } from '@/api/queries';
import type { ThirdParty } from '@/api/types';
import type { SessionActions } from './session_actions';
import classes from './third_party_bar.module.css';

const says: Record<ThirdParty['state'], (who: string) => string> = {
  ringing: (who) => `Calling ${who}. The customer hears music.`,
  talking: (who) => `You are speaking with ${who}. The customer hears music.`,
  conference: (who) => `You, the customer and ${who} hear each other.`,
};

/** Who else is in the call, and how it may go on. */
export function ThirdPartyBar({ third, actions }: { third: ThirdParty; actions: SessionActions }) {
  const colleagues = useQuery(colleaguesQuery);
  const who = third.number || colleagues.data?.find((each) => each.agent_id === third.agent_id)?.name || 'your colleague';
  return (
    <section className={classes.bar} aria-label="Third party">
      <p role="status" className={classes.says}>
        {says[third.state](who)}
      </p>
      <div className={classes.buttons}>
        <Button size="sm" variant="default" leftSection={<IconArrowBackUp size={17} />} onClick={() => void actions.consultStep('back')}>
          {third.state === 'conference' ? `Without ${who}` : 'Back to the customer'}
        </Button>
        {third.state === 'talking' ? (
          <Button size="sm" variant="light" leftSection={<IconUsersGroup size={17} />} onClick={() => void actions.consultStep('conference')}>
            Conference
          </Button>
        ) : null}
        <Button size="sm" leftSection={<IconArrowsSplit2 size={17} />} onClick={() => void actions.consultStep('complete')}>
          {third.state === 'conference' ? 'Leave the two' : 'Complete transfer'}
        </Button>
      </div>
    </section>
  );
}

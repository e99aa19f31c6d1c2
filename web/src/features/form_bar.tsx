import { Button } from '@mantine/core';
import { useNavigate, useRouter } from '@tanstack/react-router';
import classes from './form_bar.module.css';

/** The foot of a form: save, or go back to where one came from. */
export function FormBar({ save, busy }: { save: string; busy: boolean }) {
  const router = useRouter();
  const navigate = useNavigate();
  const back = () => (router.history.canGoBack() ? router.history.back() : void navigate({ to: '/' }));
  return (
    <div className={classes.bar}>
      <Button variant="default" onClick={back}>
        Cancel
      </Button>
      <Button type="submit" loading={busy}>
        {save}
      </Button>
    </div>
  );
}

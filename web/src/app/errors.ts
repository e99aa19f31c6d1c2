import { notifications } from '@mantine/notifications';

/** Agents submit at the bottom of the console: no notice may lie there. */
function place() {
  return location.pathname.startsWith('/console') ? ('top-center' as const) : ('bottom-right' as const);
}

/** Says what went wrong with something the person just did. */
export function showError(error: unknown): void {
  notifications.show({
    position: place(),
    color: 'red',
    title: 'That did not work',
    message: error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.',
    autoClose: 8000,
  });
}

export function showDone(message: string): void {
  notifications.show({ position: place(), message, autoClose: 3500 });
}

import { notifications } from '@mantine/notifications';

/** Says what went wrong with something the person just did. */
export function showError(error: unknown): void {
  notifications.show({
    color: 'red',
    title: 'That did not work',
    message: error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.',
    autoClose: 8000,
  });
}

export function showDone(message: string): void {
  notifications.show({ message, autoClose: 3500 });
}

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { showError } from '@/app/errors';

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await unwrap(api.DELETE('/session'));
    } catch (error) {
      showError(error);
      return;
    }
    await navigate({ to: '/sign-in' });
    client.clear();
  };
}

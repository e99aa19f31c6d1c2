import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { showError } from '@/app/errors';

/** Stops a running import; nothing of it stays. */
export function useCancelImport(): (id: number) => Promise<void> {
  const client = useQueryClient();
  return async (id) => {
    try {
      await unwrap(api.DELETE('/imports/{id}', { params: { path: { id } } }));
    } catch (error) {
      showError(error);
    }
    await client.invalidateQueries({ queryKey: ['import'] });
  };
}

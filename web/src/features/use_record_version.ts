import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** Grows when records of a kind have changed, so that a table that fetches its rows itself shows them. */
export function useRecordVersion(kind: string): number {
  const client = useQueryClient();
  const [version, setVersion] = useState(0);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'invalidate' && (event.query.queryKey as unknown[])[0] === kind) {
          setVersion((previous) => previous + 1);
        }
      }),
    [client, kind],
  );
  // A query to invalidate must exist for the subscription to hear of it.
  useQuery({ queryKey: [kind, 'version'], queryFn: () => Date.now(), staleTime: Infinity });
  return version;
}

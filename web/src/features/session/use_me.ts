import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/queries';
import type { User } from '@/api/types';

/** Who is signed in. Only below the shells, which load the session first. */
export function useMe(): User {
  return useSuspenseQuery(sessionQuery).data.user;
}

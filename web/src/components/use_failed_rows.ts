import { useMemo, useState } from 'react';

/** Rows of a table that could not be fetched, told until they are: later pages that came well hide nothing. */
export function useFailedRows() {
  const [problems, setProblems] = useState<ReadonlyMap<number, unknown>>(new Map());
  const report = useMemo(
    () => ({
      /** `at`: the first row of the page. */
      failed: (at: number, problem: unknown) => setProblems((before) => new Map(before).set(at, problem)),
      fetched: (at: number) => setProblems((before) => (before.has(at) ? new Map([...before].filter(([row]) => row !== at)) : before)),
      clear: () => setProblems((before) => (before.size > 0 ? new Map() : before)),
    }),
    [],
  );
  const [error = null] = problems.values();
  return useMemo(() => ({ ...report, error }), [report, error]);
}

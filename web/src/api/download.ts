/** Saves what the API answers to `path` as a file; the browser shows how far it has come. */
export function download(path: string, query: object): void {
  const given = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  window.location.assign(`/api/v1${path}?${parameters.toString()}`);
}

import createClient, { type Middleware } from 'openapi-fetch';
import { syncClock } from '@/components/clock';
import type { paths } from './generated/schema';

/** What the server refused, in its own words. `field` names the input that is wrong. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** Writes need it; it comes with the session (GET and POST /session, POST /setup). */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when the server says that nobody is signed in any more. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

const security: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
  onResponse({ request, response }) {
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) syncClock(date);
    if (response.status === 401 && !request.url.endsWith('/session')) onSignedOut();
  },
};

/** Typed by openapi.yaml; `unwrap` turns its answers into data or an ApiError. */
export const api = createClient<paths>({ baseUrl: '/api/v1' });
api.use(security);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch {
    throw new ApiError(0, 'unreachable', 'The server cannot be reached. Check the network; this page tries again by itself.');
  }
  if (answer.error === undefined && answer.response.ok) return answer.data as T;
  throw toApiError(answer.response.status, answer.error);
}

export function toApiError(status: number, body: unknown): ApiError {
  const error = (body as { error?: { code?: string; message?: string; field?: string } } | undefined)?.error;
  const message = error?.message ?? `The server answered ${status} without saying why. Try again, or ask your administrator.`;
  return new ApiError(status, error?.code ?? 'internal', message, error?.field);
}

/** The same for a request that openapi-fetch cannot make: a file with progress. */
export function uploadFile(path: string, file: File, onProgress: (share: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1${path}`);
    request.setRequestHeader('Content-Type', 'text/csv');
    request.setRequestHeader('X-CSRF-Token', csrfToken);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(toApiError(request.status, request.response));
    };
    request.onerror = () => reject(new ApiError(0, 'unreachable', 'The upload broke off. Check the network and choose the file again.'));
    request.send(file);
  });
}

export function socketUrl(path: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/api/v1${path}`;
}

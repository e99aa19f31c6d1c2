import { describe, expect, it } from 'vitest';
import { toApiError, unwrap } from './client';

const answer = (status: number, part: object) => Promise.resolve({ ...part, response: new Response(null, { status }) });

describe('unwrap', () => {
  it('gives the data of a good answer', async () => {
    await expect(unwrap(answer(200, { data: { id: 1 } }))).resolves.toEqual({ id: 1 });
    await expect(unwrap(answer(204, {}))).resolves.toBeUndefined();
  });

  it('throws the sentence, code and field that the server gave', async () => {
    const body = { error: { code: 'invalid', message: 'The name is taken.', field: 'name' } };
    await expect(unwrap(answer(422, { error: body }))).rejects.toMatchObject({
      status: 422,
      code: 'invalid',
      message: 'The name is taken.',
      field: 'name',
    });
  });

  it('says that the server cannot be reached when there is no answer', async () => {
    await expect(unwrap(Promise.reject(new TypeError('Failed to fetch')))).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('fails for an error answer without a body', async () => {
    await expect(unwrap(answer(502, {}))).rejects.toMatchObject({ status: 502 });
    expect(toApiError(500, 'proxy page').message).toContain('500');
  });
});

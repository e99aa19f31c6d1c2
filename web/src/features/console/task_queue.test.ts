import { expect, it } from 'vitest';
import { TaskQueue } from './task_queue';

it('runs one task at a time, in order, and goes on after a failure', async () => {
  const queue = new TaskQueue();
  const log: string[] = [];
  let finishFirst = () => undefined as void;
  const first = queue.run(async () => {
    log.push('first begins');
    await new Promise<void>((resolve) => (finishFirst = resolve));
    log.push('first ends');
  });
  const second = queue.run(() => {
    log.push('second');
    return Promise.reject(new Error('no'));
  });
  const third = queue.run(() => {
    log.push('third');
    return Promise.resolve(3);
  });
  await Promise.resolve();
  expect(log).toEqual(['first begins']);
  finishFirst();
  await first;
  await expect(second).rejects.toThrow('no');
  await expect(third).resolves.toBe(3);
  expect(log).toEqual(['first begins', 'first ends', 'second', 'third']);
});

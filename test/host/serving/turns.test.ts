import { expect, it, vi } from 'vitest';
import type { ServingOptions } from '../../../src/host/serving/served.ts';
import { type Served, serving } from '../../../src/host/serving/serving.ts';
import type { serveStudy } from '../../../streams/nats/serve/serveStudy.ts';

it('starts eight engines at a time, the next one when one of them fails, and none once its study is let go', async () => {
  vi.useFakeTimers();
  const subscription = { unsubscribe: () => {}, drain: async () => {} };
  const nc = { subscribe: () => subscription, isClosed: () => false, drain: async () => {}, close: async () => {} };
  const screen = { terminal: false, line: () => {}, status: () => {}, end: () => {} };
  const begun: string[] = [];
  const failures: (() => void)[] = [];
  const serve = (_: object, __: object, { study }: { readonly study: string }) =>
    new Promise<never>((_, reject) => {
      begun.push(study);
      failures.push(() => reject(new TypeError('broken')));
    });
  const options = { nc, screen, nats: 'nats://n', access: {}, settings: {} } as unknown as ServingOptions;
  const { study, close } = serving(options, serve as unknown as typeof serveStudy);
  const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
  const lives = names.map((name) => study(name, async () => ({ options: { study: name } }) as unknown as Served));
  for (const life of lives) life.send('begun');
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(names.slice(0, 8));
  await lives[8]!.close();
  failures[3]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun.slice(8)).toEqual(['s9']);
  await close();
  vi.useRealTimers();
});

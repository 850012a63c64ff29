import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureReason } from '../../../src/facts/facts.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import type { Asking, DoorStudy, Handle, Place, Said, Way } from './door.ts';

/** Milliseconds after which nothing happens any more, and after which a call counts as lost. */
export const QUIET = 400;
export const LOST = 30_000;

/** Some steps, with a study of their own. */
export interface Scene {
  readonly study?: DoorStudy;
  play(stage: Stage): Promise<unknown>;
}
export interface Stage {
  readonly place: Place;
  readonly way: Way;
  readonly study: Handle;
  /** Takes a step. @param wanted what memory must answer; every other door must answer what memory did */
  step(name: string, act: () => unknown, wanted: unknown): Promise<unknown>;
}

export const codeOf = (error: unknown): unknown => (error as { readonly code?: string })?.code ?? error;
/** A call that must be refused: its code. */
export const refused = (call: Promise<unknown>): Promise<unknown> => call.then(() => 'accepted', codeOf);
/** The same with its text. */
export const texted = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    ({ message, code }) => [code, message],
  );
/** Whether something waits. */
export const waits = (asked: Promise<unknown>): Promise<unknown> => Promise.race([asked, sleep(QUIET, 'waits')]);

export const told = (trial: number, values: Said['values'], more: object = {}): Said => ({
  type: 'completed',
  trial,
  values: values!,
  ...more,
});
export const reported = (trial: number, values: Said['values'], more: object = {}): Said => ({
  type: 'reported',
  trial,
  values: values!,
  ...more,
});
export const failed = (trial: number, message: string, reason: FailureReason = 'error'): Said => ({
  type: 'failed',
  trial,
  reason,
  message,
});
export const paused = (paused: boolean) => ({ type: 'change', paused }) as const;

export const ask = async (way: Way, asking?: Asking) => (await way.ask(asking))!;
/** Evaluates trials until there are no more. */
export async function finish(way: Way, value = (x: number) => x ** 2): Promise<void> {
  for (let next = await way.ask(); next; next = await way.ask()) await way.record(told(next.trial, value(next.params.x as number)));
}
/** Fields of the row of the first trial. */
export const firstRow = async ({ read }: Way, ...fields: readonly (keyof TrialRow)[]) => {
  const [row] = await read.trials();
  return Object.fromEntries(fields.map((field) => [field, row?.[field]]));
};
export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
export const statuses = async ({ read }: Way) => (await read.trials()).map(({ status }) => status);

import {
  enumSchema,
  flagSchema,
  integerSchema,
  listSchema,
  notNegativeSchema,
  objectSchema,
  proseSchema,
  recordSchema,
  type TypeOf,
} from '../facts/schema.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';

/** The message of a connected trainer about itself, which is not in the log. */
export interface Presence extends Pick<TrainerRow, 'trainer' | 'slots' | 'offers' | 'full'> {
  readonly silent: number;
}

/** The trainers that are connected. */
export interface Present {
  readonly trainers: Iterable<Presence>;
  /** Whether the list is complete: false while trainers may not have sent their first message. */
  readonly isComplete: boolean;
}

/** A trainer of a study. */
export const trainerRowSchema = objectSchema(
  'a trainer',
  {
    trainer: proseSchema('its name'),
    to: enumSchema(['work', 'pause', 'drain'], 'its instruction'),
    holds: listSchema<number>({ type: 'integer', minimum: 1 }, 'the trials that it holds'),
    results: integerSchema(0, 'trials that ended here with a result'),
    failures: integerSchema(0, 'trials that ended here by an error'),
  },
  {
    reason: proseSchema('why'),
    heldSince: listSchema<number>({ type: 'integer', minimum: 0 }, 'when it claimed each of them, in milliseconds since 1970'),
    at: integerSchema(0, 'time of its last fact, in milliseconds since 1970'),
    slots: integerSchema(0, 'trials that it can run at a time, if it is connected'),
    offers: recordSchema<number>({ type: 'number' }, 'what it has for them, such as GPUs'),
    full: flagSchema('true if the server has no room for its facts'),
    connected: flagSchema('whether it is connected, if that is known'),
    silent: notNegativeSchema('seconds since its last message, if it is connected'),
  },
);
export interface TrainerRow extends TypeOf<typeof trainerRowSchema> {}

/** The trainers of a study, by name. @param present those that are connected, if that can be known */
export function trainerRows<P>({ trainers, open }: Pick<Ledger<P>, 'trainers' | 'open'>, present?: Present): TrainerRow[] {
  const connected = present?.isComplete ? false : undefined;
  const rows = new Map<string, TrainerRow>();
  for (const { name, to, reason, holds, results, failures, at } of trainers) {
    const held = [...holds].sort((a, b) => a - b);
    rows.set(
      name,
      omitUndefined({
        trainer: name,
        to,
        holds: held,
        heldSince: held.length > 0 ? held.map((trial) => open.get(trial)?.claimedAt ?? 0) : undefined,
        results,
        failures,
        at: at > 0 ? at : undefined,
        reason,
        connected,
      }),
    );
  }
  for (const one of present?.trainers ?? []) {
    const unknown: TrainerRow = { trainer: one.trainer, to: 'work', holds: [], results: 0, failures: 0 };
    rows.set(one.trainer, { ...(rows.get(one.trainer) ?? unknown), ...one, connected: true });
  }
  return [...rows.values()].sort((a, b) => (a.trainer < b.trainer ? -1 : 1));
}

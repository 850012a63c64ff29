import type { Instruction } from '../facts/facts.ts';
import type { Schema } from '../facts/schema.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialId } from '../strategy/messages.ts';

/** The message of a connected trainer about itself, which is not in the log. */
export interface Presence {
  readonly trainer: string;
  /** Trials that it can run at a time. */
  readonly slots?: number;
  /** Its resources for trials, such as GPUs. */
  readonly offers?: Readonly<Record<string, number>>;
  /** Whether the server has no room for its facts, so that it waits. */
  readonly full?: true;
  /** Seconds since its last message. */
  readonly silent: number;
}

/** The trainers that are connected. */
export interface Present {
  readonly trainers: Iterable<Presence>;
  /** Whether the list is complete: false while trainers may not have sent their first message. */
  readonly isComplete: boolean;
}

/** A trainer of a study. */
export interface TrainerRow extends Partial<Presence> {
  readonly trainer: string;
  /** Its instruction: to take trials, to take none, or to take none and end. */
  readonly to: Instruction;
  /** Why it has this instruction. */
  readonly reason?: string;
  /** The trials that it holds. */
  readonly holds: readonly TrialId[];
  /** When it claimed each of them, in milliseconds since 1970. */
  readonly heldSince?: readonly number[];
  /** Trials that ended here with a result, and by an error. */
  readonly results: number;
  readonly failures: number;
  /** Time of its last fact, in milliseconds since 1970; absent if it has written none. */
  readonly at?: number;
  /** Whether it is connected; absent if unknown. */
  readonly connected?: boolean;
}

const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });

/** The row as JSON Schema. */
export const trainerRowSchema: Schema = {
  type: 'object',
  properties: {
    trainer: { type: 'string', description: 'its name' },
    to: { type: 'string', enum: ['work', 'pause', 'drain'], description: 'its instruction' },
    reason: { type: 'string', description: 'why' },
    holds: { type: 'array', items: { type: 'integer', minimum: 1 }, description: 'the trials that it holds' },
    heldSince: {
      type: 'array',
      items: { type: 'integer', minimum: 0 },
      description: 'when it claimed each of them, in milliseconds since 1970',
    },
    results: count('trials that ended here with a result'),
    failures: count('trials that ended here by an error'),
    at: count('time of its last fact, in milliseconds since 1970'),
    slots: count('trials that it can run at a time, if it is connected'),
    offers: { type: 'object', additionalProperties: { type: 'number' }, description: 'what it has for them, such as GPUs' },
    full: { type: 'boolean', description: 'true if the server has no room for its facts' },
    connected: { type: 'boolean', description: 'whether it is connected, if that is known' },
    silent: { type: 'number', minimum: 0, description: 'seconds since its last message, if it is connected' },
  } satisfies Readonly<Record<keyof TrainerRow, Schema>>,
  required: ['trainer', 'to', 'holds', 'results', 'failures'] satisfies readonly (keyof TrainerRow)[],
  description: 'a trainer',
};

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

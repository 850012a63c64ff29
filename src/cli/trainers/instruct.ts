import type { Instruction } from '../../facts/facts.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { type TrainerRow, trainerRows } from '../../study/trainerRows.ts';
import { type ActOptions, act } from '../act.ts';
import type { CommandStudy } from '../sources/study.ts';
import { ledgerIn } from '../sources/trialTable.ts';
import { UsageError } from '../usage.ts';

/** The trainers of a study; without an engine, those that its log names, and it is not known which of them are there. */
export async function trainersOf(study: CommandStudy): Promise<{ readonly rows: readonly TrainerRow[]; readonly isServed: boolean }> {
  const told = await study.trainers?.().catch(() => undefined);
  return { rows: told ?? trainerRows(await ledgerIn(study, study.created)), isServed: told !== undefined };
}

export interface InstructOptions extends ActOptions {
  readonly reason?: string;
}

const done = {
  work: 'takes trials again',
  pause: 'takes no trials until "hypertide resume"',
  drain: 'takes no more trials, and ends with those that it has',
} as const satisfies Readonly<Record<Instruction, string>>;

/** Tells a worker whether to take trials. Resolves with the exit status. */
export async function instruct(
  study: CommandStudy,
  [trainer, ...more]: readonly string[],
  to: Instruction,
  { reason, ...options }: InstructOptions,
): Promise<number> {
  if (trainer === undefined || more.length > 0)
    throw new UsageError('expected the name of one worker; to pause the whole study, use "hypertide change --pause"');
  const known = (await trainersOf(study)).rows.map((row) => row.trainer);
  if (!known.includes(trainer))
    throw new UsageError(`${trainer}: expected a worker of this study (${known.join(', ') || 'there is none yet'})`);
  return act(study, omitUndefined({ type: 'instruct', trainer, to, reason }), options, `${trainer} ${done[to]}`);
}

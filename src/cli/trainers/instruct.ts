import { isForbidden } from '../../../streams/nats/connection/retry.ts';
import type { Instruction } from '../../facts/facts.ts';
import { isRefusal, parseFact } from '../../facts/parse.ts';
import { isRecord } from '../../schema/isRecord.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { StudyLog } from '../../study/source.ts';
import { type TrainerRow, trainerRows } from '../../study/trainerRows.ts';
import { type ActOptions, act } from '../act.ts';
import type { CommandStudy } from '../sources/study.ts';
import { ledgerIn } from '../sources/trialTable.ts';
import { inform } from '../terminal/output.ts';
import { UsageError } from '../usage.ts';

/** The trainers of a study; if no engine answers, those that its log names, and why it is not known which of them are there. */
export async function trainersOf(
  study: CommandStudy,
): Promise<{ readonly rows: readonly TrainerRow[]; readonly failure?: string | undefined }> {
  let failure = 'no engine serves the study';
  const told = await study.trainers?.().catch((error: unknown) => {
    if (isForbidden(error)) failure = 'this user has no right to ask the engine';
    return undefined;
  });
  return told === undefined ? { rows: trainerRows(await ledgerIn(study, study.created)), failure } : { rows: told };
}

export interface InstructOptions extends ActOptions {
  readonly reason?: string;
}

const done = {
  work: 'takes trials again',
  pause: 'takes no trials until "hypertide resume"',
  drain: 'takes no more trials, and ends when its current ones have ended',
} as const satisfies Readonly<Record<Instruction, string>>;

/** Lists the workers that take no trials of a restored or copied study: the instructions in its log apply to them on any machine. */
export async function informOfInstructions({ past }: Pick<StudyLog, 'past'>, study: string): Promise<void> {
  const told = new Map<string, string>();
  for await (const entries of past(1))
    for (const { fact: written, author } of entries) {
      if (author !== undefined || !isRecord(written) || written.type !== 'instructed') continue;
      const fact = parseFact(written);
      if (isRefusal(fact) || fact.type !== 'instructed') continue;
      if (fact.to === 'work') told.delete(fact.trainer);
      else told.set(fact.trainer, `${fact.trainer} (${fact.to})`);
    }
  if (told.size > 0)
    inform(`${study}: by its log, these workers take no trials until "hypertide resume": ${[...told.values()].join(', ')}`);
}

/** Instructs a worker whether to take trials. Resolves with the exit status. */
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

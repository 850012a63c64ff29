import { isForbidden } from '../../../../streams/nats/connection/retry.ts';
import { messagesOf, UserError } from '../../../errors.ts';
import type { Instruction } from '../../../facts/facts.ts';
import { isRefusal, parseFact } from '../../../facts/parse.ts';
import { isRecord } from '../../../schema/json.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { Connection } from '../../../stores/connection.ts';
import { type CommandStudy, firstOf, parseAddress, type StudyAddress, withPlace, withStudy } from '../../../stores/locate.ts';
import { checkPattern, isPattern, matching } from '../../../stores/namePattern.ts';
import { ledgerIn } from '../../../stores/trialTable.ts';
import type { StudyLog } from '../../../study/source.ts';
import { type TrainerRow, trainerRows } from '../../../study/trainerRows.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { address, type Command, declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { needed, value } from '../../parts.ts';

/** Why an engine that answers does not name the trainers. */
const failures: Readonly<Record<string, string>> = {
  failed: 'the study has failed in its engine',
  'unknown-command': 'the engine is of another version',
};

/** The trainers of a study; if no engine answers, those that its log names, and why it is not known which of them are there. */
export async function trainersOf(
  study: CommandStudy,
): Promise<{ readonly rows: readonly TrainerRow[]; readonly failure?: string | undefined }> {
  let failure = 'no engine serves the study';
  const told = await study.trainers?.().catch((error: unknown) => {
    if (isForbidden(error)) failure = 'this user has no right to ask the engine';
    else if (error instanceof UserError) failure = failures[error.code] ?? failure;
    return undefined;
  });
  return told === undefined ? { rows: trainerRows(await ledgerIn(study, study.created)), failure } : { rows: told };
}

const done = {
  work: 'takes trials again',
  pause: 'takes no trials until "hypertide worker resume"',
  drain: 'takes no more trials, and ends when its current ones have ended, unless it serves other studies',
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
    inform(
      `${study}: according to its log, these workers take no trials until "hypertide worker resume": ${[...told.values()].join(', ')}`,
    );
}

/** A command that gives a worker an instruction in one study, or in all studies of a server whose names match a pattern. */
const instructing = (to: Instruction, description: string): Command =>
  declare({
    description: `${description} With a pattern such as nats://host/team-* as the study, in all open studies that match.`,
    arguments: { study: address, worker: needed('worker', 'its name') },
    options: { reason: value('text', 'why: the worker prints it, and the log keeps it') },
    run: async ({ study, worker, reason }, { connection }) => {
      const meant = parseAddress(study, connection);
      if (meant.name !== undefined && isPattern(meant.name)) return instructAll(meant, connection, worker, to, reason);
      return withStudy(study, connection, (one) => instruct(one, worker, to, reason));
    },
  });

export const drainWorker = instructing(
  'drain',
  'Let a worker take no more trials of a study, and end when its current trials have ended. A worker of several studies ends when it is drained in all of them.',
);
export const pauseWorker = instructing('pause', 'Stop a worker from taking trials of a study until you resume it. Its trials continue.');
export const resumeWorker = instructing('work', 'Let a worker take trials of a study again after it was paused or drained.');

/** Instructs a worker whether to take trials of a study. Resolves with the exit status. */
async function instruct(study: CommandStudy, trainer: string, to: Instruction, reason: string | undefined): Promise<number> {
  const known = (await trainersOf(study)).rows.map((row) => row.trainer);
  if (!known.includes(trainer))
    throw new UsageError(`${trainer}: expected a worker of this study (${known.join(', ') || 'there is none yet'})`);
  return act(study, omitUndefined({ type: 'instruct', trainer, to, reason }), `${trainer} ${done[to]}`);
}

/**
 * The same in all open studies of a server that the worker serves and whose names match a pattern.
 */
async function instructAll(
  address: StudyAddress,
  connection: Connection,
  trainer: string,
  to: Instruction,
  reason: string | undefined,
): Promise<number> {
  const pattern = address.name!;
  if (address.form !== 'nats') throw new UsageError(`${pattern}: expected a pattern of studies on a NATS server`);
  checkPattern('study', pattern);
  const isMeant = matching(pattern);
  return withPlace(address, connection, async (place) => {
    const names = (await place.names()).filter(isMeant);
    const known = new Set<string>();
    let instructed = 0;
    let failed = 0;
    for (const name of names) {
      try {
        const study = await place.open(name);
        const ledger = await ledgerIn(study, await firstOf(name, study));
        if (ledger.closed !== undefined) continue;
        const there = (await study.trainers?.().catch(() => undefined)) ?? trainerRows(ledger);
        for (const row of there) known.add(row.trainer);
        const worker = there.find((row) => row.trainer === trainer);
        if (worker === undefined) continue;
        if (worker.to === to) {
          instructed += 1;
          inform(`${name}: ${trainer} has this instruction already`);
          continue;
        }
        await study.submit(omitUndefined({ type: 'instruct', trainer, to, reason }));
        instructed += 1;
        inform(`${name}: ${trainer} ${done[to]}`);
      } catch (error) {
        failed += 1;
        for (const message of messagesOf(error)) inform(`${name}: ${message}`);
      }
    }
    if (instructed + failed === 0)
      throw new UsageError(
        `${trainer}: expected a worker of an open study that matches ${pattern} (${[...known].join(', ') || 'there is none'})`,
      );
    return failed > 0 ? exitStatus.incomplete : 0;
  });
}

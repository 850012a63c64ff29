import { parse } from 'node:path';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { isIn, stopsTrials } from '../../../streams/spec/defaults.ts';
import { MismatchError } from '../../errors.ts';
import type { Created } from '../../facts/facts.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { Settings } from '../../ledger/settings.ts';
import { isRecord } from '../../schema/json.ts';
import { countCells } from '../../space/cells.ts';
import type { SpaceData } from '../../space/schema.ts';
import { begunIn } from '../../stores/journalFile.ts';
import { parseStudy, type StudyFile } from '../../studyFile/studyFile.ts';
import { version } from '../../version.ts';
import { type DescribedStudy, journalSeats, memorySeat, type Seat, type StudyHost } from '../sharedStudy.ts';
import { trainerOf } from '../trainerOf.ts';
import { type Answers, answersTo, SessionError } from './trainerAnswers.ts';

/** What requests drive: the reply to `init`, and the functions that answer the others. */
export interface Driven {
  readonly opened: object;
  readonly answers: Answers;
  dispose(): Promise<void>;
}

/** What this process does with the study. */
export type Observing = Pick<StudyHost, 'plugins' | 'line' | 'open'>;

/**
 * @param description as in a study file, without a command; optional if the journal has the study. A space or a name that it lacks is that of the
 * journal; a new study has the name of its file.
 * @param path of the journal; without it the study is kept in memory.
 * @throws SessionError, SpaceError, OptionError
 */
async function readDescription(description: unknown, path: string | undefined): Promise<DescribedStudy & Pick<StudyFile, 'unstopped'>> {
  const logged = path === undefined ? undefined : await begunIn(path);
  const stem = logged?.study ?? (path === undefined ? undefined : parse(path).name);
  const lacksSpace = isRecord(description) && description.parameters === undefined;
  const whole = logged && lacksSpace ? { ...(logged.space as SpaceData), ...description } : description;
  const described = whole === undefined ? undefined : parseStudy(whole, stem);
  if (!described && !logged)
    throw new SessionError('init: expected a space, or a study as in a study file, since no journal holds one yet');
  return {
    name: logged?.study ?? described!.options.study,
    space: described?.space ?? spaceOf(logged!),
    strategy: described?.strategy,
    options: described?.options,
    hasBegun: logged !== undefined,
    ...(described?.unstopped !== undefined && { unstopped: described.unstopped }),
  };
}

/** Seconds for which the last results wait for space on the disk: the program that asks ends this process if it takes longer than ten. */
const GRACE_S = 5;

/**
 * A study, driven by requests. Requests may overlap: an ask that waits for a result does not block others. Without a journal it is in memory; several
 * processes may have the same journal.
 */
export async function drivenStudy(description: unknown, path: string | undefined, given: Observing): Promise<Driven> {
  let past = 0;
  const mistakes = watchTrainers(() => past);
  /** Warnings for the user that have not been returned yet. */
  const warnings: string[] = [];
  let unstopped: string | undefined;
  const host: StudyHost = {
    ...given,
    seated: (seat) => {
      if (seat.isAgain) return;
      past = seat.past;
      if (past === 0 && unstopped !== undefined) warnings.push(unstopped);
    },
    apply: (entry) => {
      const warning = mistakes(entry);
      if (warning !== undefined) warnings.push(warning);
    },
  };
  const describe = async () => {
    const described = await readDescription(description, path);
    unstopped = described.unstopped;
    return described;
  };
  const take = path === undefined ? async () => memorySeat(await describe(), host) : journalSeats({ path, describe, grace: GRACE_S }, host);
  const trainer = await trainerOf(take).catch((error: unknown) => {
    throw error instanceof MismatchError ? new MismatchError(`${path}: ${error.message}`) : error;
  });
  const { seat } = trainer;
  const answers = answersTo(trainer, () => warnings.shift(), seat.study.ledger.examples !== undefined);
  return { opened: openedBy(seat), answers, dispose: trainer.close };
}

/** The reply to `init`. */
function openedBy({ study: { ledger }, isOwn }: Seat): object {
  const { strategy } = ledger.settings;
  return {
    ...aboutStudy(ledger.created!),
    endless: !isLimited(ledger.settings) && !Number.isFinite(countCells(ledger.space.axes)) && !isIn('grid', strategy),
    stops: stopsTrials(strategy),
    joined: !isOwn,
  };
}

/** What the first fact of a study says to the program that opens it. */
export const aboutStudy = ({ study, space, objectives, examples }: Created): object => ({
  ok: true,
  version,
  study,
  parameters: (space as SpaceData).parameters,
  objectives: Object.fromEntries(objectives.map((o) => [o.name, o.direction])),
  examples,
});

/** Whether a study has a limit. */
function isLimited({ limits: { trials, seconds, cost, spend, target, plateau } }: Settings): boolean {
  return [trials, seconds, cost, spend, target, plateau].some((limit) => limit !== undefined);
}

import { parse } from 'node:path';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { memoryLog } from '../../../streams/log/memory.ts';
import { isIn, stopsTrials } from '../../../streams/spec/defaults.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { auto } from '../../../streams/strategies/auto.ts';
import { MismatchError } from '../../errors.ts';
import type { Params } from '../../facts/facts.ts';
import { isRecord } from '../../schema/json.ts';
import { countCells } from '../../space/cells.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Space } from '../../space/space.ts';
import { begunIn, stemOf } from '../../stores/journalFile.ts';
import { trialsDirectory } from '../../stores/trialFiles.ts';
import { parseStudy } from '../../studyFile/studyFile.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { version } from '../../version.ts';
import type { HostedAt, Plugin } from '../host.ts';
import { keptFiles } from '../keptFiles.ts';
import type { RetryingLog } from '../retryingLog.ts';
import type { Driven } from './protocol.ts';
import { isLimited, RunningStudy } from './runningStudy.ts';
import { SessionError } from './session.ts';
import { answersTo } from './trainerAnswers.ts';

/** What this process does with the study. */
export interface StudyHost {
  readonly plugins: readonly Plugin[];
  readonly line: StatusLine['line'];
}

/** A study as it is described, and as its journal has it. */
export interface DescribedStudy {
  readonly name: string;
  readonly space: Space<Params>;
  readonly strategy: ReturnType<typeof auto> | undefined;
  readonly options: ReturnType<typeof parseStudy>['options'] | undefined;
}

/**
 * @param description as in a study file, without a command; optional if the journal has the study. A space or a name that it lacks is that of the
 * journal; a new study has the name of its file.
 * @param path of the journal; without it the study is kept in memory.
 * @throws SessionError, SpaceError, OptionError
 */
export async function readDescription(description: unknown, path: string | undefined): Promise<DescribedStudy> {
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
  };
}

/** Runs a described study in this process. @param isGone says which claims of earlier starts are lost. Default: all @throws MismatchError, and what keeps it from running */
export async function runningStudy(
  { name, space, strategy, options }: DescribedStudy,
  log: RetryingLog | ReturnType<typeof memoryLog>,
  { plugins, line, converse }: StudyHost & Pick<HostedAt, 'converse'>,
  path?: string,
  isGone?: (claim: string) => boolean,
): Promise<RunningStudy> {
  const files = path === undefined ? undefined : keptFiles(trialsDirectory(stemOf(path)));
  const at = { name, place: path ?? name, journal: path, log, files, line, converse };
  const found = strategy ?? ((await log.head()) > 0 ? undefined : auto());
  const running = new RunningStudy(
    at,
    await log.head(),
    space,
    log,
    { strategy: found, parseStrategy, exclusive: isGone ?? true, ...options },
    plugins,
  );
  try {
    await running.ready();
  } catch (error) {
    await log.close();
    throw error instanceof MismatchError ? new MismatchError(`${path}: ${error.message}`) : error;
  }
  return running;
}

/** The reply to `init`. */
export function openedBy({ settings, space }: RunningStudy): object {
  const { study, objectives, strategy } = settings;
  return {
    ok: true,
    version,
    study,
    objectives: Object.fromEntries(objectives.map((o) => [o.name, o.direction])),
    endless: !isLimited(settings) && !Number.isFinite(countCells(space.axes)) && !isIn('grid', strategy),
    stops: stopsTrials(strategy),
  };
}

/** A study in memory, driven by requests. Requests may overlap: an ask that waits for a result does not block others. */
export async function memoryStudy(description: unknown, host: StudyHost): Promise<Driven> {
  const log = memoryLog();
  const running = await runningStudy(await readDescription(description, undefined), log, host);
  return { opened: openedBy(running), answers: answersTo({ running }), dispose: () => running.close() };
}

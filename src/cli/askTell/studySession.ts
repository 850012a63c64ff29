import { parse } from 'node:path';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { openJournal } from '../../../streams/log/journal.ts';
import { memoryLog } from '../../../streams/log/memory.ts';
import { past } from '../../../streams/log/past.ts';
import { isIn, stopsTrials } from '../../../streams/spec/defaults.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { auto } from '../../../streams/strategies/auto.ts';
import { MismatchError } from '../../errors.ts';
import type { Enqueued, FailureReason, Params, Values } from '../../facts/facts.ts';
import type { Plugin } from '../../host/host.ts';
import { retryingLog } from '../../host/retryingLog.ts';
import { tooFewResults } from '../../insight/importance/importance.ts';
import { isRecord } from '../../schema/json.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { importancesOf } from '../../server/feed/importances.ts';
import { countCells } from '../../space/cells.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { version } from '../../version.ts';
import { begunIn, stemOf } from '../sources/journalFile.ts';
import { readFeed } from '../sources/readFeed.ts';
import { parseStudy } from '../studyFile/studyFile.ts';
import { keptFiles } from '../trainers/keptFiles.ts';
import { trialsDirectory } from '../trainers/trialFiles.ts';
import type { Driven } from './protocol.ts';
import { isLimited, type NewLimits, RunningStudy } from './runningStudy.ts';
import { SessionError } from './session.ts';

/** How a trial ended: with values, stopped by its last report, or failed. */
interface Ending {
  readonly id: TrialId;
  readonly values?: Values;
  readonly metrics?: Values;
  readonly constraints?: readonly number[];
  readonly checkpoint?: string;
  readonly stopped?: boolean;
  readonly reason?: FailureReason;
  readonly message?: string;
  readonly trace?: string;
}

interface Report {
  readonly id: TrialId;
  readonly step: number;
  readonly values: Values;
  readonly metrics?: Values;
}

/** Seconds for which the last results wait for space on the disk: the program that asks ends this process if it takes longer than ten. */
const GRACE = 5;

/** What this process does with the study. */
interface StudyHost {
  readonly plugins: readonly Plugin[];
  readonly line: StatusLine['line'];
}

async function storedLog(path: string, line: StatusLine['line']) {
  const warn = (text: string) => line(text, { level: 'warn' });
  const book = await openJournal(path, { warn });
  return retryingLog(book, { place: book.place, warn, grace: GRACE });
}

/**
 * A study as a study file describes it, driven by requests. With a journal it resumes; trials that were open when its process ended are
 * tried again. Requests may overlap: an ask that waits for a result does not block others.
 *
 * @param description as in a study file, without a command; optional if the journal has the study. A space or a name that it lacks is that of the journal; a new
 * study has the name of its file.
 * @param path of the journal; without it the study is kept in memory.
 * @throws SessionError, SpaceError, OptionError, JournalError, JournalLockedError, MismatchError
 */
export async function drivenStudy(description: unknown, path: string | undefined, { plugins, line }: StudyHost): Promise<Driven> {
  const logged = path === undefined ? undefined : await begunIn(path);
  const stem = logged?.study ?? (path === undefined ? undefined : parse(path).name);
  const lacksSpace = isRecord(description) && description.parameters === undefined;
  const whole = logged && lacksSpace ? { ...(logged.space as SpaceData), ...description } : description;
  const described = whole === undefined ? undefined : parseStudy(whole, stem);
  if (!described && !logged)
    throw new SessionError('init: expected a space, or a study as in a study file, since no journal holds one yet');
  const space = described?.space ?? spaceOf(logged!);
  const strategy = described?.strategy ?? (logged ? parseStrategy(logged.strategy) : auto());
  const stored = path === undefined ? undefined : await storedLog(path, line);
  const log = stored ?? memoryLog();
  const name = logged?.study ?? described!.options.study;
  const files = path === undefined ? undefined : keptFiles(trialsDirectory(stemOf(path)));
  const at = { name, place: path ?? name, journal: path, log, files, line };
  const running = new RunningStudy(at, space, log, { strategy, parseStrategy, ...described?.options }, plugins);
  try {
    await running.run();
  } catch (error) {
    await log.close();
    throw error instanceof MismatchError ? new MismatchError(`${path}: ${error.message}`) : error;
  }
  /** The trials that were handed out here and have not ended. */
  const handed = new Set<TrialId>();
  const { objectives, strategy: spec } = running.settings;
  const done = async (said: Promise<void>) => {
    await said;
    return { ok: true };
  };
  return {
    opened: {
      ok: true,
      version,
      study: name,
      objectives: Object.fromEntries(objectives.map((o) => [o.name, o.direction])),
      endless: !isLimited(running.settings) && !Number.isFinite(countCells(space.axes)) && !isIn('grid', spec),
      stops: stopsTrials(spec),
    },
    answers: {
      ask: async ({ fixed }: { readonly fixed?: Params }) => {
        if (running.broken) throw running.broken;
        const suggestion = await running.study.ask({ fixed });
        if (!suggestion) return { over: true };
        const { trial: id, params, budget: until, resumes, checkpoint } = suggestion;
        handed.add(id);
        return { id, params, until, resumes, checkpoint };
      },
      tell: async ({ id, values, metrics, constraints, checkpoint, stopped, reason, message, trace }: Ending) => {
        if (stopped) await running.study.stopped(id);
        else if (values) await running.study.tell(id, { values, ...omitUndefined({ metrics, constraints, checkpoint }) });
        else await running.study.fail(id, reason, message, trace);
        handed.delete(id);
        return omitUndefined({ ok: true, warning: running.warning() });
      },
      report: ({ id, step, values, metrics }: Report) => running.study.report(id, values, step, metrics),
      enqueue: ({ params, rest }: Pick<Enqueued, 'params' | 'rest'>) => done(running.study.enqueue(params, omitUndefined({ rest }))),
      /** Which trials keep an ask waiting. */
      busy: () => ({
        open: [...handed].filter((id) => running.results.rows.get(id)?.status === 'open'),
        parallel: running.settings.parallel,
      }),
      cancel: ({ id }: { readonly id: TrialId }) => done(running.study.cancel(id)),
      retract: ({ id }: { readonly id: TrialId }) => done(running.study.retract(id)),
      limit: async ({ more, ...limits }: NewLimits & { readonly more?: number }) => {
        if (more !== undefined) await running.submit({ type: 'change', more });
        await running.limit(limits);
        const { limits: now, parallel } = running.settings;
        return { ok: true, ...omitUndefined({ trials: now.trials, parallel }) };
      },
      trials: () => ({ trials: [...running.results.rows] }),
      best: () => ({ best: running.results.best ?? null }),
      front: () => ({ front: running.results.front }),
      importance: async ({ objective }: { readonly objective?: string }) => {
        const feed = await readFeed({ place: path ?? '', read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) });
        const found = await importancesOf(feed, objective);
        if (found === undefined) throw new SessionError(tooFewResults(space.axes));
        return { importance: found };
      },
      recommend: () => ({ recommendation: running.study.recommend() ?? null }),
    },
    dispose: () => {
      stored?.leave();
      return running.close();
    },
  };
}

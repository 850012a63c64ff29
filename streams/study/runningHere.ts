import { defer, EMPTY, type Observable } from 'rxjs';
import type { ObjectiveSpec } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Space } from '../../src/space/space.ts';
import type { StudyLog } from '../../src/study/source.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { checkStrategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { past } from '../log/past.ts';
import { explaining } from '../port/explaining.ts';
import type { LocalPort } from '../port/local.ts';
import { type WhenGone, whenAborted } from '../port/port.ts';
import { checkLog, checkSpace, parseNone, refuseUnknown, type StrategyOption, type StudyOptions } from '../spec/options.ts';
import { checkDeclared } from '../spec/resuming.ts';
import type { StudyBackend } from './handle.ts';
import { beforeProcessEnds } from './processEnd.ts';
import type { Waits } from './waits.ts';

interface Here<P> {
  readonly space: Space<P>;
  readonly log: Log;
  /** Those of the options. */
  readonly objectives: readonly ObjectiveSpec[];
  /** The study while it runs, and after that; undefined before it has begun. */
  readonly hosted: () => LocalPort<P> | undefined;
  /** Begins the study unless it has begun. @throws what keeps it from that */
  readonly begin?: () => Promise<void>;
  readonly entries$: Observable<AppliedEntry<P>>;
  readonly finished: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** What happens to an ask that gets no trial at once. */
  readonly waits?: Waits;
  /** The study, if it also gives trials to trainers of other programs. */
  readonly host?: LocalPort<P> | undefined;
}

/**
 * Checks what a study of this process is made of.
 *
 * @param others the names of options that not every such study has.
 * @throws OptionError
 */
export function checkStudy(space: unknown, options: StudyOptions & StrategyOption & { readonly log?: unknown }, ...others: string[]): void {
  refuseUnknown(options, 'epochs', 'early', 'earlier', 'log', 'warn', ...others);
  const { strategy, log } = options;
  if (strategy !== undefined) checkStrategy('strategy', strategy);
  checkDeclared(strategy, options);
  checkSpace(space);
  if (log !== undefined) checkLog(log);
}

/** A study that this process runs, for its handle. */
export function runningHere<P>({
  space,
  log,
  objectives,
  hosted,
  begin,
  entries$,
  finished,
  close,
  waits,
  host,
}: Here<P>): StudyBackend<P> {
  const idle = { ledger: new Ledger(space), rows: new TrialRows<P>() };
  const ledger = () => hosted()?.ledger ?? idle.ledger;
  const rows = () => hosted()?.answers.rows ?? idle.rows;
  const source: StudyLog = { place: '', read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) };
  return {
    space,
    host,
    source,
    ...explaining(() => ({ space, source, ledger: ledger(), rows: rows(), parseStrategy: hosted()?.parseStrategy ?? parseNone })),
    get ledger() {
      return ledger();
    },
    get rows() {
      return rows();
    },
    get objectives() {
      return ledger().created ? ledger().settings.objectives : objectives;
    },
    entries$,
    live$: defer(() => hosted()?.live$ ?? EMPTY),
    get broken() {
      return begin ? undefined : hosted()?.broken; // what begins later ends then
    },
    ready: async () => {
      await begin?.();
      await hosted()!.ready();
    },
    ask: async ({ fixed, signal }) => {
      signal?.throwIfAborted();
      if (begin) await begin();
      const whenGone: WhenGone = (leave) => {
        waits?.begin();
        const unlisten = whenAborted(signal)(leave);
        const stay = waits && beforeProcessEnds(waits.end);
        return () => {
          unlisten();
          stay?.();
        };
      };
      const run = fixed && crypto.randomUUID();
      const reply = await hosted()!.ask({ fixed, run, wait: Number.POSITIVE_INFINITY, whenGone });
      if (reply.next !== 'wait') return reply.next === 'trial' ? reply : undefined;
      signal?.throwIfAborted();
      return undefined;
    },
    record: (fact) => hosted()!.record(fact),
    submit: (intent) => hosted()!.submit(intent),
    finished,
    close,
  };
}

import { defer, EMPTY, Observable, Subject, Subscription, share, tap } from 'rxjs';
import type { TrialEvent } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { heldIn } from '../../src/ledger/openTrials.ts';
import type { Space } from '../../src/space/space.ts';
import type { StudyLog } from '../../src/study/source.ts';
import { TrialRows } from '../../src/study/trials.ts';
import type { Directive } from '../engine/directive.ts';
import { type EvaluateOptions, type Evaluating, evaluate } from '../evaluate.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import { past } from '../log/past.ts';
import type { Objective } from '../objective.ts';
import { objectivesOf } from '../spec/createdDifferences.ts';
import { type FoundStrategy, parseNone } from '../spec/options.ts';
import { withEarlyStopping } from '../spec/withEarlyStopping.ts';
import { type CreateStudyOptions, checkStudy } from './createStudy.ts';
import { studyOf } from './handle.ts';
import { replayed } from './port/entries.ts';
import { explaining } from './port/explaining.ts';
import { LocalPort } from './port/local.ts';
import { headAtStart, noResultIn } from './port/noResult.ts';
import type { StudyPort } from './port/port.ts';
import { beforeProcessEnds } from './processEnd.ts';
import type { Study, StudyResult } from './study.ts';
import { watchReports } from './unreported.ts';
import { areOpen } from './waits.ts';

export interface OptimizeOptions<O extends string = string>
  extends Omit<CreateStudyOptions<O>, 'lease' | 'spans'>,
    Pick<EvaluateOptions, 'timeLimit'> {
  /**
   * Ends the study at once: its result has the reason `aborted`. Running trials are abandoned, and retried when the log is resumed; their signals abort
   * with the reason of this one.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A study that evaluates its trials itself, and runs once. `await` it for its result. As an observable, it is its `entries$`.
 *
 * It starts with the first subscriber, `result()`, `await` or command. If it has only subscribers, and all leave before its end, it pauses: running
 * trials are abandoned, and tried again when it continues with the next subscriber. The option `signal` and `close()` end it.
 */
export interface Optimization<P, O extends string = string>
  extends Observable<AppliedEntry<P, O>>,
    Study<P, O>,
    PromiseLike<StudyResult<P, O>> {}

/** `optimize` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export function optimize<P, O extends string = 'value'>(
  space: Space<P>,
  objective: Objective<P, NoInfer<O>>,
  options: OptimizeOptions<O> & FoundStrategy,
): Optimization<P, O> {
  const { strategy, epochs, early, log: given, signal, timeLimit, warn = console.warn, parseStrategy = parseNone, ...rest } = options;
  const settings = { examples: objective.examples, ...rest, parseStrategy };
  const [named] = Object.keys(options.objectives ?? {});
  const log = given ?? memoryLog();
  const closing = new AbortController();
  /** The run that is under way, or was last. */
  let hosted: LocalPort<P> | undefined;
  const run$ = new Observable<AppliedEntry<P>>((out) => {
    checkStudy(space, options, 'signal', 'timeLimit');
    /** A number is the value of the first objective, named by the options or else by the log. */
    const evaluating: { -readonly [K in keyof Evaluating]: Evaluating[K] } = { value: named ?? 'value', timeLimit, signal };
    const name = (names: readonly string[]) => {
      evaluating.value = names[0]!;
      evaluating.several = names.length > 1 ? names : [];
    };
    const onEntry = (applied: AppliedEntry<P>) => {
      if (!applied.refusal && applied.fact.type === 'created') {
        name(applied.fact.objectives.map(({ name }) => name));
        evaluating.examples = applied.fact.examples;
      }
      out.next(applied);
      reporting(applied);
      if (applied.refusal || applied.fact.type !== 'changed' || applied.position <= before()) return;
      const broken = noResultIn(study);
      if (!broken) return;
      running.unsubscribe();
      queueMicrotask(() => fail(broken)); // others get the entry first
    };
    const before = headAtStart(log);
    const reporting = watchReports('call trial.report(value, step)', before, warn);
    const running = new Subscription();
    out.add(running);
    const fail = (error: unknown) => out.error(error);
    const say = (event: TrialEvent) => {
      void log.append(event).catch(fail);
    };
    const end = () => out.complete();
    if (signal?.aborted || closing.signal.aborted) return end();
    const abort = () => {
      running.unsubscribe();
      queueMicrotask(end); // a subscriber that aborts on an entry does not keep it from the others
    };
    for (const ending of [signal, closing.signal]) {
      ending?.addEventListener('abort', abort);
      out.add(() => ending?.removeEventListener('abort', abort));
    }
    const directives$ = new Subject<Directive<P>>();
    running.add(directives$.pipe(evaluate(objective, evaluating)).subscribe({ next: say, error: fail, complete: end }));
    if (out.closed) return; // the options of the evaluation are wrong
    const study = new LocalPort(space, log, {
      ...settings,
      strategy: withEarlyStopping(strategy, { epochs, early, ...settings }, space),
      exclusive: true,
      stay: false,
      direct: (directive) => directives$.next(directive),
    });
    study.live$.subscribe({ next: onEntry, error: fail });
    hosted = study;
    running.add(() => study.stop());
    study.finished.then(() => directives$.complete(), fail);
    out.add(
      beforeProcessEnds(() => {
        const open = heldIn(study.ledger.open).map(({ trial }) => trial);
        if (open.length === 0) return;
        warn(
          `the process ends before the study: ${areOpen(open)}, and the objective waits for what never comes; timeLimit lets such a trial fail`,
        );
      }),
    );
  });
  const entries$ = runOnce(space, log, run$);
  let ended: Promise<void> | undefined;
  /** Runs the study to its end, once. */
  const finished = () => {
    ended ??= new Promise((resolve, reject) => void entries$.subscribe({ error: reject, complete: resolve }));
    return ended;
  };
  const begin = async () => {
    finished().catch(() => {}); // the result reports it
    if (!hosted) await finished();
  };
  const close = async () => {
    closing.abort();
    await log.close();
  };
  const idle = { ledger: new Ledger(space), rows: new TrialRows<P>() };
  const source: StudyLog = { place: '', read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) };
  /** The study while it runs, and after that. */
  const now = async () => {
    await begin();
    return hosted!;
  };
  const port: StudyPort<P> = {
    ...explaining(() => ({ space, source, ledger: port.ledger, rows: port.rows, parseStrategy: hosted?.parseStrategy ?? parseNone })),
    space,
    source,
    entries$,
    live$: defer(() => hosted?.live$ ?? EMPTY),
    broken: undefined, // it ends then
    get ledger() {
      return hosted?.ledger ?? idle.ledger;
    },
    get rows() {
      return hosted?.rows ?? idle.rows;
    },
    get finished() {
      return finished();
    },
    ready: async () => (await now()).ready(),
    ask: async (asked) => (await now()).ask(asked),
    record: async (...said) => (await now()).record(...said),
    heartbeat: async (...run) => (await now()).heartbeat(...run),
    submit: async (...asked) => (await now()).submit(...asked),
    close,
  };
  const again = given ? undefined : 'correct the objective and run it again';
  const study = studyOf<P, O>(port, { objectives: objectivesOf(options), again });
  const then: Optimization<P, O>['then'] = (resolved, rejected) => study.result().then(resolved, rejected);
  return Object.assign(new Observable<AppliedEntry<P, O>>((out) => study.entries$.subscribe(out)), study, { then });
}

/**
 * The entries of a study that runs only while someone listens, and never again after its end.
 *
 * @param run$ the study. It is subscribed to with the first subscriber, and left with the last. If it was left before its end, the next subscriber
 * resumes it from its log; after its end, it never runs again.
 */
function runOnce<P>(space: Space<P>, log: Log, run$: Observable<AppliedEntry<P>>): Observable<AppliedEntry<P>> {
  /** The position of the last entry that the run has emitted. */
  let last = 0;
  const live$ = new Observable<AppliedEntry<P>>((out) => {
    last = 0;
    const emitted = ({ position }: AppliedEntry<P>) => {
      last = position;
    };
    return run$.pipe(tap(emitted)).subscribe(out);
  }).pipe(share({ resetOnComplete: false, resetOnError: false }));
  return replayed(space, log, live$, () => last);
}

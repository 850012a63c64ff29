import { MismatchError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Changed, ExpiredFact, Fact, FailedFact, Limits, Values } from '../../src/facts/facts.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { heldIn } from '../../src/ledger/openTrials.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import { isRecord } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import type { ParseStrategy, Strategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { withResolvers } from '../promises.ts';
import { differences } from '../spec/createdDifferences.ts';
import { createdOf, knowing, limitsOf, otherStrategy, type StudyOptions } from '../spec/options.ts';
import { firstFactIn } from './applyEntries.ts';
import type { EarlierOption } from './earlier.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { ProposerTimes, stillCounts } from './proposerTimes.ts';
import { timeLimit, turnsOf } from './timeout.ts';

/** Milliseconds after which the event loop runs timers and signals: an objective that never awaits would block them for ever. */
const TURN_MS = 10;

export interface RunOptions<P>
  extends StudyOptions,
    EarlierOption,
    Pick<EngineOptions<P>, 'parseStrategy' | 'onEntry' | 'spans' | 'isTrialWanted' | 'areClaimed'> {
  /** Whether this process has all trainers: runs that were open before its start are then lost. A function says of which runs the process is gone. */
  readonly exclusive?: boolean | ((run: string) => boolean) | undefined;
  /** Whether to keep reading after the study has closed: a change may reopen it. */
  readonly stay?: boolean | undefined;
}

export interface Ports<P> extends Pick<EngineOptions<P>, 'direct' | 'finished' | 'fail'> {
  /** Called when the study begins to wait for an external proposer. */
  readonly onProposerAwaited?: () => void;
}

export interface EngineRun<P> {
  readonly engine: Engine<P>;
  readonly parseStrategy: ParseStrategy;
  /** Resolves when the log has been read and the study continues from it. */
  readonly started: Promise<void>;
  /** Whether the study waits for an external proposer now. */
  isAwaited(proposer: string): boolean;
  stop(): void;
}

/**
 * Runs an engine on a log: reads the log, resumes from its end, and follows new entries.
 *
 * @param strategy undefined: that of the log.
 */
export function runEngine<P>(
  space: Space<P>,
  strategy: Strategy | undefined,
  log: Log,
  options: RunOptions<P>,
  ports: Ports<P>,
): EngineRun<P> {
  const reading = new AbortController();
  const parseStrategy = strategy === undefined ? options.parseStrategy : knowing(strategy, options.parseStrategy);
  /** The time that the study may run in this process; when it is reopened, it has all of it again. */
  const limit = timeLimit(() => engine.close('time'));
  const { promise: started, resolve: begun } = withResolvers<void>();

  const stop = () => {
    reading.abort();
    limit.lift();
    times.stop();
    engine.dispose();
  };
  const fail = (error: unknown) => {
    if (reading.signal.aborted) return;
    stop();
    ports.fail(error);
  };
  const append = async (fact: Fact<P>) => {
    const outcome = await log.append(fact);
    if (fact.type === 'suggested') options.spans?.settled(fact, outcome);
    if (outcome === 'stored' || reading.signal.aborted) return;
    if (fact.type === 'closed' && fact.reason === 'time') return engine.close('time'); // entries of others do not change that the time is up
    engine.fenced();
    engine.resumeAt(await log.head());
  };
  /** Entries of other processes do not extend the time, unless they are a proposal, or the expiry that another engine wrote. */
  const expire = async (fact: ExpiredFact) => {
    await started; // while the log is being read, proposals seem open that were used long ago
    while (!reading.signal.aborted && stillCounts(engine.ledger, fact) && (await log.append(fact)) === 'fenced');
  };
  const times = new ProposerTimes<P>(
    () => engine.ledger,
    (fact) => void expire(fact).catch(fail),
  );
  const engine = new Engine<P>({
    space,
    strategy,
    parseStrategy,
    inspect: options.inspect,
    watch: options.watch,
    spans: options.spans,
    isTrialWanted: options.isTrialWanted,
    areClaimed: options.areClaimed,
    onProposerAwaited: (proposer, seconds) => {
      times.await(proposer, seconds);
      ports.onProposerAwaited?.();
    },
    onEntry: (applied) => {
      times.apply(applied);
      options.onEntry?.(applied);
    },
    append: (fact) => void append(fact).catch(fail),
    direct: ports.direct,
    past: () => log.read(),
    finished: () => {
      if (!options.stay) stop();
      ports.finished();
    },
    fail,
  });

  const start = async () => {
    const created = createdOf(space, strategy, options);
    /** What earlier studies suggest is computed by code that few programs need. */
    const first = async () =>
      options.earlier === undefined ? created : (await import('./earlier.ts')).createdAfter(space, strategy, options);
    let head = await log.head();
    for (; head === 0; head = await log.head()) await log.append(await first());
    /** Until the log is known to belong to this study, one entry is folded at a time. */
    const receive = (entries: readonly Entry[]) => {
      let left = entries;
      for (; !engine.ledger.created && left.length > 0; left = left.slice(1)) {
        const logged = firstFactIn(left[0]!); // refuses a log of another version
        if (logged) refuseOther(differences(logged, created, options)); // before a strategy begins that does not suit the study
        engine.receive(left.slice(0, 1));
      }
      engine.receive(left);
    };
    /** At the end of the log: if another process writes first, its entries may change what has to be prepared. */
    const prepare = async () => {
      while (engine.phase === 'replaying' && engine.ledger.position >= head) {
        if (!engine.ledger.created) throw new MismatchError('the log does not begin with a study');
        const facts = preparations(engine, strategy, options);
        const isPrepared = await storeAll(log, facts);
        if (facts.length > 0) head = await log.head();
        if (isPrepared) engine.resumeAt(head);
      }
    };
    const takeTurn = turnsOf(TURN_MS);
    for await (const entries of log.read(1, reading.signal)) {
      // Reports are answered first, so an objective that yields once after a report sees the stop, however long its step took.
      const reports = entries.some(isReport);
      if (!reports) await takeTurn();
      if (reading.signal.aborted) return;
      receive(entries);
      await prepare();
      if (engine.phase !== 'replaying' && engine.phase !== 'ended') {
        begun();
        const { closed, settings } = engine.ledger;
        if (closed === undefined) limit.set(settings.limits.seconds);
        else limit.lift();
      }
      if (reports) await takeTurn();
    }
  };
  start().catch(fail);
  return { engine, parseStrategy, started, isAwaited: (proposer) => times.isAwaited(proposer), stop };
}

/** @throws MismatchError if the log was created with other options */
function refuseOther(wrong: readonly string[]): void {
  if (wrong.length === 0) return;
  const todo = 'undo the change, or begin another study in another log, and name this one as earlier';
  throw new MismatchError(`the log belongs to another study: ${wrong.join('; ')}`, { todo });
}

/** @returns whether all facts were stored. */
async function storeAll(log: Log, facts: readonly Fact[]): Promise<boolean> {
  for (const fact of facts) if ((await log.append(fact)) === 'fenced') return false;
  return true;
}

const isReport = ({ fact }: Entry): boolean => isRecord(fact) && fact.type === 'reported';

/**
 * The facts that a start appends first: options that differ from the last start, a new limit of seconds for a new process, and runs that were
 * lost with the old process. As long as no configuration of its own counts, such as after an import, a start may bring another strategy.
 *
 * @throws MismatchError for another strategy later
 */
function preparations<P>({ ledger }: Engine<P>, strategy: Strategy | undefined, options: RunOptions<P>): Fact[] {
  const facts: Fact[] = [];
  const other = otherStrategy(ledger.created!, ledger.settings.strategy, strategy);
  if (other && (ledger.configurations > 0 || strategy!.spec === undefined)) refuseOther(other.differences);
  else if (other) facts.push({ type: 'changed', strategy: other.strategy });
  const change = {
    ...changeAtStart(ledger.settings, options),
    ...(options.exclusive === true && ledger.program.triedAgain(ledger.settings)),
  };
  const isNews = Object.keys(change).length > Object.keys(AT_START).length;
  if (isNews || (ledger.closed === 'time' && options.seconds !== undefined)) facts.push(change);
  if (options.exclusive) facts.push(...lostIn(ledger, typeof options.exclusive === 'function' ? options.exclusive : () => true));
  return facts;
}

/** The facts that attempts are lost whose process is gone. */
export const lostIn = <P>({ open }: Ledger<P>, isGone: (run: string) => boolean): FailedFact[] =>
  heldIn(open).flatMap((held) => (isGone(held.run) ? { type: 'failed', ...held, reason: 'lost', message: 'its process is gone' } : []));

/** @throws MismatchError if another process takes the study of a log for another one */
export function refuseOtherStudy<P>(
  { created, settings }: Ledger<P>,
  space: Space<P>,
  strategy: Strategy | undefined,
  options: StudyOptions,
): void {
  refuseOther(differences(created!, createdOf(space, strategy, options), options));
  refuseOther(otherStrategy(created!, settings.strategy, strategy)?.differences ?? []);
}

/** The values that differ from those before, if any do. */
function newIn<T extends Limits | Values>(before: T | undefined, now: T | undefined): T | undefined {
  const news = Object.entries(now ?? {}).filter(([name, value]) => value !== before?.[name as keyof T]);
  return news.length > 0 ? (Object.fromEntries(news) as T) : undefined;
}

const AT_START = { type: 'changed', by: 'start' } as const;

/** What a start changes: the options that differ from the last start. */
export function changeAtStart({ said, resumes }: Settings, options: StudyOptions): Changed {
  const { spend, ...single } = limitsOf(options);
  const metrics = newIn(said.spend, spend);
  const limits: Limits = { ...newIn<Limits>(said, single), ...(metrics && { spend: metrics }) };
  return omitUndefined({
    ...AT_START,
    parallel: options.parallel !== said.parallel ? options.parallel : undefined,
    priority: options.priority !== said.priority ? options.priority : undefined,
    limits: Object.keys(limits).length > 0 ? limits : undefined,
    resumes: options.resumes && !resumes ? true : undefined,
  });
}

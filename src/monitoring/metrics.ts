import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { servedChart } from '../../machines/study.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { version } from '../version.ts';
import { SilentTrials } from './silentTrials.ts';
import { bestResult, inTime, phases, type StoredSize, type StudyState, studyPhase, trialCounts, type WatchedStudy } from './studyState.ts';
import { StudyTimes } from './studyTimes.ts';

/** Seconds: a decision takes milliseconds, or as long as the fit of a model. */
const DECISION = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
/** Seconds: a trial takes from moments to days. */
const TRIAL = [0.1, 1, 10, 60, 300, 1800, 7200, 28_800, 86_400, 259_200];
/** Milliseconds between two measurements of the event loop delay. */
const LOOP = 100;
/** Milliseconds for which a deleted study is exported as such, so that Prometheus reads it several times. */
const DELETED = 600_000;

/** Whether a worker waits for a study, takes its trials, or takes none because of an instruction. */
export type WorkerPhase = 'waiting' | 'working' | 'paused' | 'drained';

export interface Measured extends WatchedStudy {
  /** The time of the last entry that was read, in milliseconds since 1970. */
  last?: number;
  readonly silent: SilentTrials;
}

/** The metrics for Prometheus: those of the process, and those of the studies that it runs or reads. Counters cover a log from its beginning. */
export class Metrics {
  readonly registry = new Registry();
  /** The studies of a worker. */
  readonly attended = new Map<string, WorkerPhase>();
  readonly #studies = new Map<string, Measured>();
  /** Deleted studies, and when they were deleted, by a clock that never goes back. */
  readonly #deleted = new Map<string, number>();
  /** The counters and histograms with the label `study`. */
  readonly #ofStudies: StudySeries[] = [];
  readonly #facts = this.counter('facts_total', 'Entries of the log that count, by kind.', 'study', 'kind');
  readonly #suggestions = this.counter('suggestions_total', 'Suggestions, by the first stage of their path.', 'study', 'by');
  readonly #rejected = this.counter('rejected_total', 'Entries of the log that do not count, by reason.', 'study', 'code');
  readonly #failures = this.counter(
    'failed_attempts_total',
    'Attempts without a result, by reason; lost: its lease has expired.',
    'study',
    'reason',
  );
  readonly #retries = this.counter('retries_total', 'Further attempts at a trial.', 'study');
  readonly #restarts = this.counter('study_restarts_total', 'How often the engine of a study was started again after an error.', 'study');
  readonly #idle = this.counter('trainer_idle_seconds_total', 'From the end of an attempt to the next claim of the same trainer.', 'study');
  readonly #asks = this.#histogram(
    'ask_seconds',
    'From the last fact that a decision is based on to the suggestion, by the times in the log.',
    DECISION,
    'study',
  );
  readonly #claims = this.#histogram('claim_seconds', 'From a suggestion to its claim by a trainer.', TRIAL, 'study');
  readonly #trials = this.#histogram(
    'trial_seconds',
    'From the claim of an attempt to its end, by how it ended.',
    TRIAL,
    'study',
    'outcome',
  );
  readonly #models = this.#histogram(
    'model_seconds',
    'Time that a strategy takes to answer an ask, including the fit of its model; only if the study runs in this process.',
    [0.0001, 0.001, 0.01, 0.1, 1, 10],
    'study',
    'strategy',
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LOOP });
    this.gauge('info', 'The version of hypertide.', ['version'], (set) => set({ version }, 1));
    const begun = () => this.#begun();
    this.gauge('open_trials', 'Trials that are open now.', ['study'], (set) => {
      for (const [study, state] of begun()) set({ study }, state.ledger.open.size);
    });
    this.gauge('trials', 'Trials by status. Waiting: no trainer has claimed them.', ['study', 'status'], (set) => {
      for (const [study, state] of begun())
        for (const [status, count] of Object.entries(trialCounts(state).trials)) set({ study, status }, count);
    });
    this.gauge('trainers', 'Trainers that hold a trial.', ['study'], (set) => {
      for (const [study, state] of begun()) set({ study }, trialCounts(state).trainers);
    });
    this.gauge('best_value', 'The value of the best trial for the first objective.', ['study', 'objective'], (set) => {
      for (const [study, state] of begun()) {
        const best = bestResult(state);
        if (best) set({ study, objective: state.ledger.settings.objectives[0]!.name }, best.value);
      }
    });
    this.gauge('phase', '1 for the phase of the study.', ['study', 'phase'], (set) => {
      const show = (study: string, now: string) => {
        for (const phase of [...phases, 'deleted']) set({ study, phase }, phase === now ? 1 : 0);
      };
      for (const [study, state] of begun()) show(study, studyPhase(state));
      for (const [study, at] of this.#deleted)
        if (performance.now() - at < DELETED) show(study, 'deleted');
        else this.#deleted.delete(study);
    });
    this.gauge('position', 'Position of the last entry that was read.', ['study'], (set) => {
      for (const [study, state] of begun()) set({ study }, state.ledger.position);
    });
    this.gauge('last_entry_timestamp_seconds', 'When the last entry that was read was written.', ['study'], (set) => {
      for (const [study, { last }] of this.#studies) if (last !== undefined) set({ study }, last / 1000);
    });
    this.gauge(
      'oldest_report_seconds',
      'Time since the claim or the last report of a running trial, of the one for which it is longest.',
      ['study'],
      (set) => {
        for (const [study, { silent }] of this.#studies) {
          const longest = silent.longest(Date.now());
          if (longest !== undefined) set({ study }, longest / 1000);
        }
      },
    );
    this.gauge(
      'stuck_trials',
      'Running trials that have been silent for five times as long as 95 % of the pauses before.',
      ['study'],
      (set) => {
        for (const [study, { silent }] of this.#studies) set({ study }, silent.stuck(Date.now()));
      },
    );
    this.gauge('lag_entries', 'Entries that the server has stored and this process has not read.', ['study'], async (set) => {
      await this.#stored((study, { lag }) => set({ study }, lag));
    });
    this.gauge('store_bytes', 'Bytes of the log on the server.', ['study'], async (set) => {
      await this.#stored((study, { bytes }) => set({ study }, bytes));
    });
    this.gauge('store_limit_bytes', 'The most bytes that the log may have, if it has a limit of its own.', ['study'], async (set) => {
      await this.#stored((study, { limit }) => limit !== undefined && set({ study }, limit));
    });
    this.gauge('store_full', '1 while the server has no room for facts of the engine or of a trainer.', ['study'], (set) => {
      for (const [study, { isFull }] of this.#studies) if (isFull) set({ study }, isFull() ? 1 : 0);
    });
    this.gauge('served', '1 for the phase in which this process serves the study.', ['study', 'phase'], (set) => {
      for (const [study, { served }] of this.#studies)
        for (const phase of served ? Object.keys(servedChart.table.states) : []) set({ study, phase }, phase === served!() ? 1 : 0);
    });
    this.gauge('study_failed', '1 if the study no longer works in this process.', ['study'], (set) => {
      for (const [study, { failure }] of this.#studies) if (failure) set({ study }, failure() === undefined ? 0 : 1);
    });
  }

  /**
   * Adds a study.
   *
   * @returns takes each entry of its log, from the first one on.
   */
  add(study: string, watched: WatchedStudy): (entry: AppliedEntry) => void {
    const silent = new SilentTrials();
    const measured: Measured = { ...watched, silent, stored: watched.stored && inTime(watched.stored) };
    this.#studies.set(study, measured);
    this.#deleted.delete(study);
    const times = new StudyTimes();
    if (watched.failure) this.#restarts.inc({ study }, 0); // shown from the start, so that the first one is an increase
    return (entry) => {
      const { at, fact, effect, refusal } = entry;
      measured.last = at;
      silent.fold(entry);
      const { asked, claimed, idle, trained } = times.fold(entry);
      if (refusal) return this.#rejected.inc({ study, code: refusal.code });
      this.#facts.inc({ study, kind: fact.type });
      if (fact.type === 'suggested') this.#suggestions.inc({ study, by: fact.by.split('/')[0]! });
      if (effect === 'retried') this.#retries.inc({ study });
      if (fact.type === 'failed') this.#failures.inc({ study, reason: fact.reason });
      if (asked !== undefined) this.#asks.observe({ study }, asked);
      if (claimed !== undefined) this.#claims.observe({ study }, claimed);
      if (idle !== undefined) this.#idle.inc({ study }, idle);
      if (trained !== undefined) this.#trials.observe({ study, outcome: fact.type }, trained);
    };
  }

  get studies(): ReadonlyMap<string, Measured> {
    return this.#studies;
  }

  /** Removes a study with all its series. */
  async remove(study: string): Promise<void> {
    this.#studies.delete(study);
    await removeSeries(this.#ofStudies, study);
  }

  /** Removes a study that was deleted. For ten minutes, its phase says so, as its engine has not failed. */
  async deleted(study: string): Promise<void> {
    this.#deleted.set(study, performance.now());
    await this.remove(study);
  }

  /** Records that the engine of a study is started again after an error. */
  restarted(study: string): void {
    this.#restarts.inc({ study });
  }

  /** Records how long a strategy took to answer. */
  answered(study: string, strategy: string, seconds: number): void {
    this.#models.observe({ study, strategy }, seconds);
  }

  /** Adds a gauge. @param collect sets its values when they are asked for. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect: (set: (labels: Readonly<Partial<Record<L, string>>>, value: number) => void) => void | Promise<void>,
  ): void {
    new Gauge({
      ...named(name, help, labelNames),
      registers: [this.registry],
      async collect() {
        this.reset();
        await collect((labels, value) => this.set(labels, value));
      },
    });
  }

  /** Adds a counter. */
  counter<L extends string>(name: string, help: string, ...labelNames: readonly L[]): Counter<L> {
    return this.#kept(labelNames, new Counter({ ...named(name, help, labelNames), registers: [this.registry] }));
  }

  #histogram<L extends string>(name: string, help: string, buckets: number[], ...labelNames: readonly L[]): Histogram<L> {
    return this.#kept(labelNames, new Histogram({ ...named(name, help, labelNames), buckets, registers: [this.registry] }));
  }

  #kept<M extends StudySeries>(labelNames: readonly string[], metric: M): M {
    if (labelNames.includes('study')) this.#ofStudies.push(metric);
    return metric;
  }

  /** What servers have stored. Without a connection, that is unknown. */
  async #stored(take: (study: string, size: StoredSize) => void): Promise<void> {
    const asked = [...this.#studies].map(async ([study, { stored }]) => {
      const size = await stored?.();
      if (size) take(study, size);
    });
    await Promise.allSettled(asked);
  }

  /** The studies whose log is not empty. */
  *#begun(): Generator<readonly [study: string, state: StudyState]> {
    for (const [study, watched] of this.#studies) {
      const state = watched.state();
      if (state) yield [study, state];
    }
  }
}

const named = <L extends string>(name: string, help: string, labelNames: readonly L[]) => ({ name: `hypertide_${name}`, help, labelNames });

/** A metric of prom-client with the label `study`. */
export interface StudySeries {
  get(): Promise<{ readonly values: readonly { readonly labels: object }[] }>;
  remove(labels: never): void;
}

/** Removes the series of a study, which would otherwise be exported until the process ends. */
async function removeSeries(metrics: Iterable<StudySeries>, study: string): Promise<void> {
  for (const metric of metrics) {
    const { values } = await metric.get();
    const own = new Map<string, object>();
    for (const { labels } of values) {
      const { le: _, ...rest } = labels as { readonly le?: unknown; readonly study?: unknown }; // a bucket is no series of its own
      if (rest.study === study) own.set(JSON.stringify(rest), rest);
    }
    for (const labels of own.values()) metric.remove(labels as never);
  }
}

import { runOf, type Suggestion } from '../../streams/engine/directive.ts';
import { type ExampleEvaluation, readExample } from '../../streams/objective.ts';
import type { TrialEvent, Values } from '../facts/facts.ts';
import { exampleResult } from '../ledger/exampleFacts.ts';
import { drawNormal, index, rngFor } from '../numeric/random.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { Agenda } from './agenda.ts';

/** The learning curve of a configuration. */
export interface LearningCurve {
  /** The value after a step (1, 2, ...), or values by name for several objectives. */
  value(step: number): number | Values;
  /** In a study of examples, the result on the example at a place, from 0. `value` of the last step is then the mean over all. */
  example?(place: number): ExampleEvaluation;
  /** Whether the trainer reports a step. Default: each one. */
  reports?(step: number): boolean;
  /** Virtual seconds that a step takes. Default 1. */
  readonly seconds?: number | undefined;
}

/** The task of simulated trainers. */
export interface Workload<P> {
  /** Steps of a whole training, such as epochs: those of a trial without a budget. In a study of examples, how many there are. */
  readonly steps: number;
  curve(params: P): LearningCurve;
  /** The best possible value of the first objective. Regret is the distance from it. */
  readonly optimum?: number | undefined;
  /** The number under which trainers report the first step: 1 or, as `for epoch in range(10)` counts, 0. Default 1. */
  readonly countsFrom?: 0 | 1 | undefined;
}

/** Failures, and how much the speeds of trainers differ. */
export interface FleetConditions {
  /** Probability that an attempt ends in an error, at one of its steps. Default 0. */
  readonly crash?: number | undefined;
  /** Probability that an attempt is lost. Default 0. */
  readonly lose?: number | undefined;
  /** Standard deviation of the logarithm of the trainers' speeds. Default 0: all are equal. */
  readonly spread?: number | undefined;
}

interface Job<P> {
  readonly suggestion: Suggestion<P>;
  readonly trainer: number;
  readonly run: string;
  readonly curve: LearningCurve;
  /** The examples that it is evaluated on, one in each step. */
  readonly examples: readonly number[] | undefined;
  /** The last step, and how and when the attempt fails, if it does. */
  readonly last: number;
  readonly fate: { readonly reason: 'error' | 'lost'; readonly step: number } | undefined;
  readonly began: number;
  step: number;
}

export interface VirtualFleetOptions<P> extends FleetConditions {
  readonly trainers: number;
  readonly seed: string;
  /** Names of the objectives. */
  readonly objectives: readonly string[];
  readonly workload: Workload<P>;
  readonly agenda: Agenda;
  readonly say: (event: TrialEvent) => void;
}

/** Trainers in virtual time, each with at most one trial. They report each step, complete, crash, get lost, and obey stops immediately. */
export class VirtualFleet<P> {
  readonly #options: VirtualFleetOptions<P>;
  readonly #jobs = new Map<TrialId, Job<P>>();
  readonly #free: number[];
  readonly #speeds: Float64Array;
  /** The steps of trials that ended with a checkpoint. */
  readonly #reached = new Map<TrialId, number>();
  #cost = 0;
  #worked = 0;

  constructor(options: VirtualFleetOptions<P>) {
    const { trainers, seed, spread = 0 } = options;
    this.#options = options;
    this.#free = Array.from({ length: trainers }, (_, i) => trainers - 1 - i);
    this.#speeds = Float64Array.from({ length: trainers }, (_, i) =>
      spread === 0 ? 1 : Math.exp(spread * drawNormal(rngFor(seed, 'simulate/speed', i))),
    );
  }

  /** Steps trained, including those of failed attempts. */
  get cost(): number {
    return this.#cost;
  }
  /** Virtual seconds of work of all trainers together. */
  get worked(): number {
    return this.#worked;
  }

  take(suggestion: Suggestion<P>): void {
    const { agenda, workload, say } = this.#options;
    const { trial, attempt, budget, resumes, params } = suggestion;
    const curve = workload.curve(params);
    const examples = curve.example && (suggestion.examples ?? Array.from({ length: workload.steps }, (_, place) => place));
    const step = resumes === undefined || examples ? 0 : (this.#reached.get(resumes) ?? 0);
    const last = examples?.length ?? Math.max(step, Math.ceil(budget ?? workload.steps));
    const run = runOf(suggestion);
    const fate = this.#fateOf(run, step, last);
    const trainer = this.#free.pop();
    if (trainer === undefined) throw new Error(`trial ${trial} was suggested while all trainers were at work`);
    const job = { suggestion, trainer, run, curve, examples, last, began: agenda.now, step, fate };
    this.#jobs.set(trial, job);
    say({ type: 'started', trial, attempt, run });
    this.#train(job);
  }

  stop(trial: TrialId, by: string): void {
    const job = this.#jobs.get(trial);
    if (job) this.#end(job, { type: 'stopped', trial, run: job.run, step: this.#counted(job), by });
  }

  /** The step of a job as its trainer counts. */
  #counted({ step }: Job<P>): number {
    return Math.max(0, step - 1 + (this.#options.workload.countsFrom ?? 1));
  }

  #fateOf(run: string, from: number, last: number): Job<P>['fate'] {
    const { seed, crash = 0, lose = 0 } = this.#options;
    if (crash + lose === 0) return undefined;
    // The run comes first: keys that differ only in their last character start with numbers in arithmetic progression, so that two lost attempts
    // would predict the third.
    const rng = rngFor(`${seed}/${run}`, 'simulate/fate', 0);
    const luck = rng();
    if (luck >= crash + lose) return undefined;
    return { reason: luck < crash ? 'error' : 'lost', step: Math.min(last, from + 1 + index(rng, last - from)) };
  }

  #train(job: Job<P>): void {
    const { agenda } = this.#options;
    const seconds = (job.step < job.last ? (job.curve.seconds ?? 1) : 0) / this.#speeds[job.trainer]!;
    agenda.after(seconds, () => this.#trained(job));
  }

  #trained(job: Job<P>): void {
    const { trial, attempt, budget } = job.suggestion;
    if (this.#jobs.get(trial) !== job) return; // it was stopped
    const { run, last, fate, curve, examples, began } = job;
    if (job.step < last) {
      job.step++;
      this.#cost++;
    }
    const { step } = job;
    if (fate?.step === step) return this.#end(job, { type: 'failed', trial, attempt, run, reason: fate.reason });
    const place = examples?.[step - 1];
    const { constraints, ...said } = readExample(place === undefined ? curve.value(step) : curve.example!(place));
    const values = this.#named(said.values);
    const results = place !== undefined && { results: [exampleResult(place, { values, constraints }, this.#options.objectives)] };
    if (results) this.#options.say({ type: 'reported', trial, run, step, values, ...results });
    else if (last > 1 && (curve.reports?.(step) ?? true))
      this.#options.say({ type: 'reported', trial, run, step: this.#counted(job), values });
    if (step < last) return this.#train(job);
    if (budget !== undefined) this.#reached.set(trial, step);
    const seconds = this.#options.agenda.now - began;
    this.#end(
      job,
      omitUndefined({ type: 'completed', trial, run, values, seconds, checkpoint: budget === undefined ? undefined : `${trial}` }),
    );
  }

  #end(job: Job<P>, event: TrialEvent): void {
    this.#jobs.delete(event.trial);
    this.#free.push(job.trainer);
    this.#worked += this.#options.agenda.now - job.began;
    this.#options.say(event);
  }

  #named(value: number | Values): Values {
    return typeof value === 'number' ? { [this.#options.objectives[0]!]: value } : value;
  }
}

import type { Suggestion } from '../../streams/engine/directive.ts';
import { type ExampleEvaluation, readExample } from '../../streams/objective.ts';
import type { Enqueued, ExpiredFact, Params, ProposedFact, TrialEvent } from '../facts/facts.ts';
import { exampleResult } from '../ledger/exampleFacts.ts';
import { index, type Rng, rngFor } from '../numeric/random.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { TestStudy } from './testStudy.ts';

/** The behaviour of virtual trainers. */
export interface FleetOptions<P> {
  /** The value of a configuration after a step; steps are 1, 2, ... */
  readonly curve: (params: P, step: number) => number;
  /** In a study of examples, its result on the example at a place. Each step of a trial is then an example, and `steps` is how many there are. */
  readonly example?: ((params: P, place: number) => ExampleEvaluation) | undefined;
  /** Its derivatives by each float parameter, for trainers that report gradients. */
  readonly gradient?: ((params: P, step: number) => Readonly<Record<string, number>>) | undefined;
  /** Steps of a trial without a budget. Default: 3. */
  readonly steps?: number | undefined;
  /** Probabilities that a trial crashes or is lost at its end. Default: 0. */
  readonly crash?: number | undefined;
  readonly lose?: number | undefined;
  /**
   * An external proposer: each fact of a trainer comes with a proposal of it with this probability. If the study waits for it, it may also take too
   * long. Default: none.
   */
  readonly proposer?: { readonly name: string; readonly often: number; readonly params: (rng: Rng) => Params } | undefined;
  /** A person who enqueues configurations in part, so that the strategy chooses the rest, with this probability for each fact. Default: none. */
  readonly asker?: { readonly often: number; readonly params: (rng: Rng) => Params } | undefined;
  /** The most facts that all trainers send. Default: 2000. */
  readonly facts?: number | undefined;
}

/** A trial of a trainer. */
interface Job<P> {
  readonly suggestion: Suggestion<P>;
  readonly run: string;
  readonly last: number;
  /** The examples that it is evaluated on. */
  readonly examples: readonly number[] | undefined;
  started: boolean;
  step: number;
  stopped?: string;
}

/**
 * Runs virtual trainers until the study ends. The open trial that does the next step is drawn from the seed, so trainers have all speeds. They
 * report, complete, crash, get lost, and obey stops, though not always immediately.
 */
export function runFleet<P>(rig: TestStudy<P>, seed: number | string, options: FleetOptions<P>): void {
  const jobs = new Map<TrialId, Job<P>>();
  const rng = rngFor(String(seed), 'fleet', 0);
  let read = 0;
  for (let said = 0; !rig.finished && said < (options.facts ?? 2000); said++) {
    for (; read < rig.given.length; read++) take(jobs, rig.given[read]!.directive, options);
    const open = [...jobs.values()];
    const news = proposerFact(rig, rng, options, open.length > 0) ?? askerFact(rng, options);
    if (news) {
      rig.say(news);
      continue;
    }
    if (open.length === 0) return;
    const event = act(open[index(rng, open.length)]!, rng, options);
    if (event.type !== 'started' && event.type !== 'reported') jobs.delete(event.trial);
    rig.say(event);
  }
}

function take<P>(
  jobs: Map<TrialId, Job<P>>,
  directive: TestStudy<P>['given'][number]['directive'],
  { steps = 3, example }: FleetOptions<P>,
): void {
  if (directive.type === 'suggested') {
    const { trial, attempt, budget = steps } = directive;
    const examples = example && (directive.examples ?? Array.from({ length: steps }, (_, place) => place));
    const last = examples?.length ?? budget;
    jobs.set(trial, { suggestion: directive, run: `r${trial}.${attempt}`, last, examples, started: false, step: 0 });
  } else if (directive.type === 'stop') {
    const job = jobs.get(directive.trial);
    if (job) job.stopped = directive.by;
  }
}

/** A proposal, or the end of the wait for one; always one of the two if no trial is open. */
function proposerFact<P>(
  { awaited }: TestStudy<P>,
  rng: Rng,
  { proposer }: FleetOptions<P>,
  hasOpen: boolean,
): ProposedFact | ExpiredFact | undefined {
  const [waited] = awaited;
  if (proposer === undefined) return waited === undefined ? undefined : { type: 'expired', proposer: waited };
  const luck = rng();
  if (luck < proposer.often) return { type: 'proposed', proposer: proposer.name, params: proposer.params(rng) };
  return waited !== undefined && (!hasOpen || luck > 0.8) ? { type: 'expired', proposer: waited } : undefined;
}

/** A partial configuration. */
const askerFact = <P>(rng: Rng, { asker }: FleetOptions<P>): Enqueued | undefined =>
  asker && rng() < asker.often ? { type: 'enqueued', params: asker.params(rng), rest: 'strategy' } : undefined;

/** The next fact of a trial. */
function act<P>(job: Job<P>, rng: Rng, options: FleetOptions<P>): TrialEvent {
  const { curve, gradient, crash = 0, lose = 0 } = options;
  const { trial, attempt, params } = job.suggestion;
  const { run } = job;
  if (!job.started) {
    job.started = true;
    return { type: 'started', trial, attempt, run };
  }
  if (job.stopped !== undefined && rng() < 0.7) return { type: 'stopped', trial, run, step: job.step, by: job.stopped };
  if (job.examples && job.step < job.last) return evaluated(job, job.examples, rng, options);
  if (job.step < job.last - 1) {
    job.step = Math.min(job.last - 1, job.step + 1 + index(rng, 2));
    return { type: 'reported', trial, run, step: job.step, values: { value: curve(params, job.step) } };
  }
  const luck = rng();
  if (luck < crash) return { type: 'failed', trial, attempt, run, reason: 'error', message: 'crashed' };
  if (luck < crash + lose) return { type: 'failed', trial, attempt, run, reason: 'lost' };
  const slopes = gradient && { gradient: { value: gradient(params, job.last) } };
  return { type: 'completed', trial, run, values: { value: curve(params, job.last) }, ...slopes, seconds: 1 + index(rng, 9) };
}

/** The results of the next one or two examples. */
function evaluated<P>(job: Job<P>, examples: readonly number[], rng: Rng, { example }: FleetOptions<P>): TrialEvent {
  const { trial, params } = job.suggestion;
  const places = examples.slice(job.step, job.step + 1 + index(rng, 2));
  const results = places.map((place) => {
    const { values: value, constraints } = readExample(example!(params, place));
    return exampleResult(place, { values: typeof value === 'number' ? { value } : value, constraints }, ['value']);
  });
  job.step += places.length;
  return { type: 'reported', trial, run: job.run, step: job.step, values: { value: results.at(-1)![1]! }, results };
}

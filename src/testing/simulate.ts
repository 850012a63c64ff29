import type { StrategyOption, StudyOptions } from '../../streams/spec/options.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { type EarlyOptions, withEarlyStopping } from '../../streams/spec/withEarlyStopping.ts';
import { auto } from '../../streams/strategies/auto.ts';
import { StrategyError } from '../errors.ts';
import type { Entry } from '../facts/entry.ts';
import type { CloseReason, TrialEvent } from '../facts/facts.ts';
import { checkOption, notNegative, probability, wholeFrom } from '../schema/optionRules.ts';
import type { Space } from '../space/space.ts';
import { Agenda } from './agenda.ts';
import { createTestStudy, type TestStudy } from './testStudy.ts';
import { type FleetConditions, VirtualFleet, type Workload } from './virtualFleet.ts';

export interface SimulateOptions extends Omit<StudyOptions, 'parallel'>, StrategyOption, Pick<EarlyOptions, 'early'>, FleetConditions {
  /** The number of trainers, each with one trial at a time. Default: 1. */
  readonly trainers?: number | undefined;
  /** Virtual seconds after which the study is closed. */
  readonly seconds?: number | undefined;
}

/** A new best trial of a simulated study. */
export interface NewBest<P> {
  /** Virtual seconds since the start. */
  readonly seconds: number;
  /** Steps trained until then, by all trainers. */
  readonly cost: number;
  readonly trial: number;
  readonly params: P;
  /** The value of the first objective after a whole training. */
  readonly value: number;
  /** The distance of the value from the optimum, if the workload knows it. */
  readonly regret?: number;
}

/** The result of a simulated study. */
export interface Simulation<P> {
  readonly reason: CloseReason;
  /** Each best trial as it was found; the last one is the result. */
  readonly trace: readonly NewBest<P>[];
  /** Virtual seconds until the last trainer was done. */
  readonly seconds: number;
  /** Steps trained by all trainers. */
  readonly cost: number;
  /** The share of their time that trainers were busy, 0 to 1. */
  readonly busy: number;
  /** The log, as a real study would have it. */
  readonly entries: readonly Entry[];
}

/**
 * Runs a whole study in virtual time: the same engine, strategies and operators, with trainers that look up results instead of training. Thousands of
 * trainers take seconds, and the same seed gives the same study.
 *
 * @throws what the study throws.
 * @example
 * const digits = recordedWorkload(networks, entries); // entries of a finished study
 * for (const strategy of [tpe(), chain(asha({ min: 1, max: 27 }), tpe())]) {
 *   const { trace, seconds } = await simulate(networks, digits, { strategy, trainers: 1000, trials: 5000, seed: 1 });
 *   console.log(trace.at(-1)?.regret, seconds);
 * }
 */
export async function simulate<P>(space: Space<P>, workload: Workload<P>, options: SimulateOptions = {}): Promise<Simulation<P>> {
  const { strategy = auto(), early, trainers = 1, crash = 0, lose = 0, spread = 0, seconds, ...study } = options;
  check(workload, { crash, lose, spread });
  const agenda = new Agenda();
  const world = createTestStudy(space, withEarlyStopping(strategy, { early, parseStrategy, examples: study.examples })!, {
    ...study,
    parallel: trainers,
  });
  const { engine } = world;
  const { seed, objectives } = engine.ledger.settings;
  const objective = objectives[0]!.name;
  const trace: NewBest<P>[] = [];
  const say = (event: TrialEvent) => {
    world.say(event);
    const { best } = engine.ledger;
    if (event.type !== 'completed' || best === undefined || best.trial === trace.at(-1)?.trial) return;
    const params = best.params as P;
    trace.push({ seconds: agenda.now, cost: fleet.cost, trial: best.trial, params, ...standingOf(params, workload, objective) });
  };
  const fleet = new VirtualFleet<P>({
    trainers,
    seed,
    objectives: objectives.map(({ name }) => name),
    workload,
    agenda,
    say,
    crash,
    lose,
    spread,
  });
  const obey = obeying(world, fleet);
  if (seconds !== undefined) agenda.after(seconds, () => engine.close('time'));
  do {
    obey();
    while (engine.phase === 'fitting') await world.ready().then(obey); // takes no virtual time
  } while (!world.finished && agenda.next());
  const { closed } = engine.ledger;
  if (closed === undefined) throw new StrategyError('the strategy waits for what does not happen in virtual time');
  const busy = agenda.now === 0 ? 0 : fleet.worked / (trainers * agenda.now);
  return { reason: closed, trace, seconds: agenda.now, cost: fleet.cost, busy, entries: world.entries };
}

/** Passes new directives of the study to the fleet. */
function obeying<P>({ given, awaited, say }: TestStudy<P>, fleet: VirtualFleet<P>): () => void {
  let read = 0;
  return () => {
    for (const proposer of awaited) say({ type: 'expired', proposer }); // no one proposes in virtual time
    for (; read < given.length; read++) {
      const { directive } = given[read]!;
      if (directive.type === 'suggested') fleet.take(directive);
      else if (directive.type === 'stop') fleet.stop(directive.trial, directive.by);
      else throw new Error(`the study refused what a simulated trainer said: ${directive.refusal.message}`);
    }
  };
}

/** The value of a configuration after a whole training. */
function standingOf<P>(params: P, { curve, steps, optimum }: Workload<P>, objective: string): Pick<NewBest<P>, 'value' | 'regret'> {
  const values = curve(params).value(steps);
  const value = typeof values === 'number' ? values : values[objective]!;
  return optimum === undefined ? { value } : { value, regret: Math.abs(value - optimum) };
}

function check({ steps }: Workload<never>, { crash = 0, lose = 0, spread = 0 }: FleetConditions): void {
  checkOption('steps', steps, wholeFrom(1));
  checkOption('crash', crash, probability);
  const holds = (value: unknown): value is number => probability.holds(value) && crash + value <= 1;
  checkOption('lose', lose, { expected: 'a probability of at most 1 with that of a crash', holds });
  checkOption('spread', spread, notNegative);
}

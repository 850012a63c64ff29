import { chain } from '../../streams/chain.ts';
import { defineStrategy } from '../../streams/define.ts';
import { type Directive, Engine, type Suggestion } from '../../streams/engine.ts';
import { fill } from '../../streams/fill.ts';
import { createdOf } from '../../streams/options.ts';
import { parseStrategy } from '../../streams/spec.ts';
import { random } from '../../streams/strategies/random.ts';
import type { Strategy } from '../../streams/strategy.ts';
import type { Fact, Params } from '../facts/facts.ts';
import type { TrialId } from '../messages.ts';
import { draw } from '../space/axis.ts';
import { isRecord } from '../space/check.ts';
import { type Space, spaceFrom } from '../space/space.ts';
import { version } from '../version.ts';

/** A request of the ask/tell protocol. */
export type Request =
  | {
      readonly cmd: 'init';
      readonly space: Readonly<Record<string, ParameterData>>;
      readonly seed: number;
      readonly direction: 'minimize' | 'maximize';
      readonly budget?: number;
      readonly workers?: number;
      readonly max_step?: number | null;
    }
  | { readonly cmd: 'ask' }
  | {
      readonly cmd: 'tell';
      readonly id: number;
      readonly value: number | null;
      readonly step?: number;
      readonly stopped?: boolean;
      readonly grad?: Params;
    }
  | { readonly cmd: 'report'; readonly id: number; readonly step: number; readonly value: number }
  | { readonly cmd: 'quit' };

/** A parameter as the protocol writes it. */
export type ParameterData = { readonly when?: { readonly param: string; readonly in: readonly unknown[] } } & (
  | { readonly type: 'float' | 'int'; readonly low: number; readonly high: number; readonly log?: boolean; readonly step?: number }
  | { readonly type: 'categorical'; readonly choices: readonly unknown[] }
);

/** A configuration of the protocol: one trial, or several that resume one another. */
interface Configuration {
  trial: TrialId;
  until: number | undefined;
}

/** Answers the ask/tell protocol with a strategy. */
export class AskTell {
  readonly #data: unknown;
  #engine: Engine<Params> | undefined;
  #position = 0;
  #wanted = 0;
  #suggested: Suggestion<Params> | undefined;
  #waiting: ((reply: object) => void) | undefined;
  #failure: unknown;
  #refused: string | undefined;
  #maxStep: number | undefined;
  readonly #configurations = new Map<number, Configuration>();
  readonly #idOf = new Map<TrialId, number>();
  readonly #stops = new Set<TrialId>();

  /** @param strategy as data. @throws OptionError */
  constructor(strategy: unknown) {
    parseStrategy(withSteps(strategy, Number.MAX_SAFE_INTEGER));
    this.#data = strategy;
  }

  /** The reply to a request; only an ask may take its time, until a model is ready. @throws for what cannot be answered. */
  async answer(request: Request): Promise<object> {
    switch (request.cmd) {
      case 'init':
        return this.#init(request);
      case 'ask':
        return this.#ask();
      case 'tell':
        return this.#tell(request);
      case 'report':
        this.#say({ type: 'reported', trial: this.#of(request.id).trial, step: request.step, values: { value: request.value } });
        return { stop: this.#stops.has(this.#of(request.id).trial) };
      default:
        throw new Error(`unknown cmd ${JSON.stringify((request as { cmd: unknown }).cmd)}`);
    }
  }

  #init({ space: data, seed, direction, budget, workers = 1, max_step }: Request & { cmd: 'init' }): object {
    this.#engine?.dispose();
    this.#engine = undefined;
    this.#position = 0;
    this.#wanted = 0;
    this.#suggested = undefined;
    this.#failure = undefined;
    this.#maxStep = max_step ?? undefined;
    for (const known of [this.#configurations, this.#idOf, this.#stops]) known.clear();
    if (!isRecord(data)) throw new Error('init: expected a space');
    const space = spaceFrom({ parameters: Object.fromEntries(Object.entries(data).map(([name, p]) => [name, dimensionOf(p)])) });
    const chosen = parseStrategy(withSteps(this.#data, this.#maxStep));
    const strategy = chain(hinted(chosen, budget), fill(random()), random(), again());
    this.#engine = this.#start(space as Space<Params>, strategy, { seed, direction, workers });
    return { ok: true, name: `hypertide ${typeof this.#data === 'string' ? this.#data : JSON.stringify(this.#data)}`, version };
  }

  #start(
    space: Space<Params>,
    strategy: Strategy,
    { seed, direction, workers }: { seed: number; direction: 'minimize' | 'maximize'; workers: number },
  ): Engine<Params> {
    const options = { seed, parallel: workers, objectives: { value: direction }, duplicates: 'allow' } as const;
    const engine: Engine<Params> = new Engine<Params>({
      space,
      strategy,
      resolve: parseStrategy,
      asked: () => this.#wanted > 0,
      append: (fact) => this.#append(fact),
      direct: (directive) => this.#direct(directive),
      past: async function* () {},
      finished: () => {},
      fail: (error) => {
        this.#failure = error;
      },
    });
    this.#engine = engine;
    this.#append(createdOf(space, strategy, options));
    engine.caughtUp();
    return engine;
  }

  #append(fact: Fact): void {
    this.#engine!.receive([{ position: ++this.#position, at: 0, fact }]);
  }

  #say(fact: Fact): void {
    if (!this.#engine) throw new Error('init comes first');
    this.#refused = undefined;
    this.#append(fact);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#refused !== undefined) throw new Error(this.#refused);
  }

  #direct(directive: Directive<Params>): void {
    if (directive.type === 'stop') this.#stops.add(directive.trial);
    else if (directive.type === 'rejected') this.#refused = directive.refusal.message;
    else {
      this.#wanted--;
      this.#suggested = directive;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.(this.#reply());
    }
  }

  async #ask(): Promise<object> {
    if (!this.#engine) throw new Error('init comes first');
    const { running, settings } = this.#engine.ledger;
    if (running >= settings.parallel) throw new Error(`all ${settings.parallel} workers have a trial: tell the result of one first`);
    this.#wanted++;
    this.#engine.stir();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#suggested) return this.#reply();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** The suggestion in the words of the protocol, where a promotion keeps the id of what it goes on from. */
  #reply(): object {
    const { trial, params, budget, resumes } = this.#suggested!;
    this.#suggested = undefined;
    const id = (resumes === undefined ? undefined : this.#idOf.get(resumes)) ?? this.#configurations.size;
    const until = budget !== undefined && budget !== this.#maxStep ? budget : undefined;
    this.#idOf.set(trial, id);
    this.#configurations.set(id, { trial, until: budget ?? this.#maxStep });
    return { id, params, ...(until !== undefined && { until }) };
  }

  #tell({ id, value, step, stopped, grad }: Request & { cmd: 'tell' }): object {
    const { trial } = this.#of(id);
    if (value === null || !Number.isFinite(value)) this.#say({ type: 'failed', trial, reason: value === null ? 'error' : 'non-finite' });
    else if (stopped) {
      if (step !== undefined && (this.#engine!.ledger.open.get(trial)?.step ?? -1) < step)
        this.#say({ type: 'reported', trial, step, values: { value } });
      this.#say({ type: 'stopped', trial });
    } else {
      const gradient = grad && { gradient: { value: grad as Readonly<Record<string, number>> } };
      this.#say({ type: 'completed', trial, values: { value }, ...gradient });
    }
    return { ok: true };
  }

  #of(id: number): Configuration {
    const configuration = this.#configurations.get(id);
    if (!configuration) throw new Error(`there is no trial ${id}`);
    return configuration;
  }
}

function dimensionOf({ when, ...parameter }: ParameterData): object {
  const condition = when && { when: { [when.param]: when.in } };
  if (parameter.type === 'categorical') return { type: 'choice', values: parameter.choices, ...condition };
  const { type, low, high, log, step } = parameter;
  return { type, low, high, ...(log ? { log } : step !== undefined && step !== 1 && { step }), ...condition };
}

/** Strategies that need to know how many trials there will be are told, though no ask is refused. */
const hinted = (strategy: Strategy, trials: number | undefined): Strategy =>
  Object.assign((env: Parameters<Strategy>[0]) => strategy(trials === undefined ? env : { ...env, trials }), {
    spec: strategy.spec ?? 'code',
  });

/** Draws from the priors, when all of a finite space has been tried. */
const again = (): Strategy =>
  defineStrategy({
    name: 'again',
    init: () => undefined,
    tell: () => undefined,
    ask: (_state, _ask, rng, { axes }) => draw(axes, rng),
  });

/** Rungs from 1 to the last step, for strategies that are named without them. */
function withSteps(data: unknown, max: number | undefined): unknown {
  if (max === undefined) return data;
  if (data === 'asha') return { asha: { min: 1, max } };
  if (Array.isArray(data)) return data.map((item) => withSteps(item, max));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, item]) => [name, name === 'asha' ? { min: 1, max, ...(item as object) } : withSteps(item, max)]),
  );
}

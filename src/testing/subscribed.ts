import { Subject } from 'rxjs';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { envOf } from '../../streams/spec/envOf.ts';
import type { StudyOptions } from '../../streams/spec/options.ts';
import { rngFor } from '../numeric/random.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { draw } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import type { Env, Watch } from '../strategy/env.ts';
import type { Ask, Message, Propose, Suggested } from '../strategy/messages.ts';
import type { FleetOptions } from './fleet.ts';

/** A strategy under test, with the study and the trainers to test it with. */
export interface StrategyCase<P> {
  /** Makes a new strategy. */
  readonly make: () => Strategy;
  readonly space: Space<P>;
  readonly study: StudyOptions;
  readonly fleet: FleetOptions<P>;
  /** Random cases for each property that has them. Default: 100. */
  readonly runs?: number;
  /** How many asks the properties without a study make, from 1 to 60. Default 60. */
  readonly asks?: number;
  /** Milliseconds that a property may take, for strategies that fit models. Default: that of the test runner. */
  readonly timeout?: number;
}

/** The environment of a strategy under test. */
export const caseEnv = <P>({ space, study: { parallel, trials, examples } }: StrategyCase<P>): Env =>
  envOf(space, { seed: 1, parallel, trials, examples });

/** A bare subscription: messages go in, and come out. */
export function subscribed<P>(
  of: StrategyCase<P>,
  rest: Partial<Env> = {},
): { readonly put: (m: Message) => Message[]; readonly source: Subject<Message>; readonly end: () => void } {
  const source = new Subject<Message>();
  let out: Message[] = [];
  let failure: unknown;
  const subscription = source.pipe(of.make()({ ...caseEnv(of), ...rest })).subscribe({
    next: (m) => out.push(m),
    error: (e) => {
      failure = e;
    },
  });
  return {
    put: (m) => {
      out = [];
      source.next(m);
      if (failure !== undefined) throw failure;
      return out;
    },
    source,
    end: () => subscription.unsubscribe(),
  };
}

/** The same, with the machines of the strategy. */
export function watched<P>(of: StrategyCase<P>) {
  const phases = new Map<string, () => string>();
  const answered: { readonly path: string; readonly phase: string; readonly seconds: number }[] = [];
  const twice: string[] = [];
  const watch: Watch = (inspection) => {
    if (inspection.type === 'answered') answered.push(inspection);
    if (inspection.type !== 'began') return;
    if (phases.has(inspection.path)) twice.push(inspection.path);
    phases.set(inspection.path, inspection.phase);
  };
  return { phases, answered, twice, ...subscribed(of, { watch }) };
}

export const isReply = (m: Message) => m.type === 'ask' || m.type === 'propose' || m.type === 'wait';

/** Events of some trials, of the stage itself and of other stages. */
export function* story<P>(of: StrategyCase<P>, put: (m: Message) => Message[], most = 60): Generator<{ said: Message; heard: Message[] }> {
  const length = Math.min(most, of.asks ?? most);
  const rng = rngFor('story', 'contract', length);
  const open: Suggested[] = [];
  const say = (said: Message) => ({ said, heard: put(said) });
  for (let id = 1; id <= length; id++) {
    const ask: Ask = { type: 'ask', id };
    const asked = say(ask);
    yield asked;
    const [reply] = asked.heard.filter(isReply);
    const foreign = { id, by: 'other', point: of.space.snap(draw(of.space.axes, rng)) };
    const { type: _, retry: __, ...own } = (reply?.type === 'propose' ? reply : foreign) as Propose;
    const suggested: Suggested = { ...own, type: 'suggested' };
    yield say(suggested);
    open.push(suggested);
    while (open.length > 2) {
      const [trial] = open.splice(Math.floor(rng() * open.length), 1);
      const results = of.study.examples === undefined ? undefined : (trial!.examples ?? [0]).map((place) => [place, [rng()]] as const);
      yield say(omitUndefined({ type: 'reported', id: trial!.id, step: 1, losses: [rng()], results }));
      const end = rng() < 0.2 ? ({ outcome: 'failed', reason: 'error' } as const) : ({ outcome: 'completed', losses: [rng()] } as const);
      yield say({ ...trial!, ...end, type: 'ended' });
    }
  }
}

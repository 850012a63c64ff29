import { type BoSettings, type BoState, boSurrogate } from '../../../src/samplers/bo/bo.ts';
import type { ProposedPoint } from '../../../src/samplers/sequence.ts';
import { surrogateCore } from '../../../src/samplers/surrogate.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Point } from '../../../src/space/axis.ts';
import type { Fixed } from '../../../src/space/fixed.ts';
import { type Space, space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { rngOfAsk } from '../../../src/strategy/env.ts';
import type { Ended } from '../../../src/strategy/messages.ts';

export type End = Pick<Ended, 'outcome'> & Partial<Ended>;
export const completed = (loss: number, more: Partial<Ended> = {}): End => ({ outcome: 'completed', losses: [loss], ...more });

/** A study of one slot, or of some that are all filled before any trial ends. */
export function study<P>(of: Space<P>, seed = '1', trials = 40, objectives = ['value'], settings: Partial<BoSettings> = {}) {
  const env: Env = {
    axes: of.axes,
    snap: of.snap,
    feasible: of.feasible,
    seed,
    name: 'bo',
    objectives,
    parallel: 1,
    trials,
    rng: rngOfAsk,
  };
  const core = boSurrogate(env, { startup: 6, costAware: false, integrated: false, ...settings });
  let state = core.start;
  let id = 0;
  const suggest = ({ fixed, ...more }: { budget?: number; fixed?: Fixed } = {}): (ProposedPoint & { id: number }) | undefined => {
    const ask = omitUndefined({ type: 'ask' as const, id: id + 1, fixed, ...more });
    const { answers, start } = surrogateCore(env, core);
    const answer = answers[core.ready(state) ? 'diversifying' : 'exploring']({ ...start, numbers: state }, ask);
    if (answer.type !== 'propose') return undefined;
    id++;
    const reasoned = { point: of.snap(answer.point), tags: answer.tags ?? {} };
    state = core.tell(state, { type: 'suggested', id, by: 'bo', ...more, ...reasoned });
    return { ...reasoned, id };
  };
  const end = (trial: number, point: Point, how: End) => {
    state = core.tell(state, { type: 'ended', id: trial, by: 'bo', point, ...how });
  };
  /** Runs so many trials, and gives their points and whether a model proposed them. */
  const run = (n: number, f: (point: Point) => End) =>
    Array.from({ length: n }, () => {
      const { point, id: trial, tags } = suggest()!;
      end(trial, point, f(point));
      return { point, modelled: tags?.acquisition !== undefined };
    });
  return { core, suggest, end, run, state: (): BoState => state };
}

export const square = space({ x: float(0, 1), y: float(0, 1) });
export const bowl = ([x, y]: Point, a = 0.3, b = 0.7) => (x! - a) ** 2 + (y! - b) ** 2;
export const lowest = (points: readonly { point: Point }[], f: (p: Point) => number) => Math.min(...points.map(({ point }) => f(point)));

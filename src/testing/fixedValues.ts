import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Entry } from '../facts/entry.ts';
import type { Params } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Rng } from '../numeric/random.ts';
import type { Space } from '../space/space.ts';
import type { FleetOptions } from './fleet.ts';

/** How many of the parameters are fixed. */
const FIXED_SHARE = 0.4;

/** A person who enqueues parts of configurations that exist, and leaves the rest to the strategy. */
export const askerIn = <P>(space: Space<P>): NonNullable<FleetOptions<P>['asker']> => ({
  often: 0.15,
  params: (rng: Rng): Params => Object.fromEntries(Object.entries(space.complete({}, rng) as Params).filter(() => rng() < FIXED_SHARE)),
});

/** Each suggestion for an enqueued fact has the values of the fact, and is a feasible configuration of the space. */
export function checkFixedValues<P>(space: Space<P>, entries: readonly Entry[]): void {
  const given = new Map<number, Params>();
  for (const { position, fact: data } of entries) {
    const fact = parseFact<Params>(data);
    if (isRefusal(fact)) continue;
    if (fact.type === 'enqueued') given.set(position, fact.params);
    const fixed = fact.type === 'suggested' && fact.queue !== undefined ? given.get(fact.queue) : undefined;
    if (fact.type !== 'suggested' || fixed === undefined) continue;
    deepStrictEqual({ ...fact.params, ...fixed }, fact.params, 'a fixed value was not kept');
    deepStrictEqual(space.parse(fact.params), fact.params, 'a configuration with fixed values is not in the space');
    ok(space.feasible(space.encode(space.parse(fact.params))), 'a configuration with fixed values breaks a constraint');
  }
}

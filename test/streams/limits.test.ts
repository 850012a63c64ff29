import { describe, expect, it } from 'vitest';
import { createTestStudy } from '../../src/testing/testStudy.ts';
import { asha, chain, random } from '../../streams/index.ts';
import { box, directives, done, facts, last, suggestions } from '../support/engine.ts';

describe('limits', () => {
  it('ends at the target, and stops running trials', () => {
    const world = createTestStudy(box, random(), { target: 0.5, parallel: 2 });
    world.say(done(1, 0.4));
    expect(last(facts(world))).toMatchObject({ type: 'closed', reason: 'target' });
    expect(last(directives(world))).toEqual({ type: 'stop', trial: 2, by: 'closed' });
    expect(world.finished).toBe(false);
    world.say(done(2, 0.1));
    expect(world.finished).toBe(true);
  });

  it('reads the target in the direction of the objective', () => {
    const world = createTestStudy(box, random(), { target: 0.5, objectives: { score: 'maximize' } });
    world.say({ type: 'completed', trial: 1, values: { score: 0.4 } });
    expect(suggestions(world)).toHaveLength(2);
    world.say({ type: 'completed', trial: 2, values: { score: 0.6 } });
    expect(last(facts(world))).toMatchObject({ reason: 'target', best: { trial: 2 } });
  });

  it('ends after so many results in a row without a better one, once those that run have ended', () => {
    const world = createTestStudy(box, random(), { plateau: 2, parallel: 2 });
    world.say(done(1, 3));
    world.say(done(2, 4)); // one without
    world.say({ type: 'failed', trial: 3, reason: 'error' }); // no result
    world.say(done(4, 2)); // better
    world.say(done(5, 2));
    world.say(done(6, 9)); // the second in a row, while 7 runs
    expect(suggestions(world)).toHaveLength(7);
    expect(world.engine.ledger.closed).toBeUndefined();
    world.say(done(7, 1)); // better, so the study continues
    expect(suggestions(world)).toHaveLength(9);
    world.say(done(8));
    world.say(done(9));
    world.say(done(10));
    expect(last(facts(world))).toMatchObject({ type: 'closed', reason: 'plateau', best: { trial: 7 } });
  });

  it('counts again from zero when the study is reopened', () => {
    const world = createTestStudy(box, random(), { plateau: 2 });
    for (const trial of [1, 2, 3]) world.say(done(trial));
    expect(world.engine.ledger.closed).toBe('plateau');
    world.say({ type: 'changed', parallel: 1 });
    world.say(done(4));
    expect(world.engine.ledger.closed).toBeUndefined();
    world.say(done(5));
    expect(world.engine.ledger.closed).toBe('plateau');
  });

  it('ends when the cost limit is reached: steps that were trained, and 1 for a trial without', () => {
    const plain = createTestStudy(box, random(), { cost: 3 });
    for (const trial of [1, 2, 3]) plain.say(done(trial));
    expect(last(facts(plain))).toMatchObject({ type: 'closed', reason: 'cost' });
    expect(suggestions(plain)).toHaveLength(3);

    const world = createTestStudy(box, chain(asha({ min: 1, max: 9, pause: true, first: 1 }), random()), { cost: 8, parallel: 2 });
    const cost = () => world.engine.ledger.results.cost;
    world.say(done(1, 5));
    world.say(done(2, 4));
    world.say(done(3, 6)); // of three at budget 1 the best is promoted
    expect(cost()).toBe(3);
    expect(suggestions(world)[4]).toMatchObject({ trial: 5, resumes: 2, budget: 3 });
    world.say(done(5, 3)); // from 1 to 3
    expect(cost()).toBe(5);
    world.say({ type: 'reported', trial: 4, step: 0, values: { value: 9 } });
    world.say({ type: 'failed', trial: 4, reason: 'error' });
    expect(cost()).toBe(6);
    world.say(done(6, 9));
    world.say(done(7, 9)); // the eighth
    expect(world.engine.ledger.closed).toBeUndefined();
    world.say(done(8, 9)); // ran when it was spent
    expect(last(facts(world))).toMatchObject({ type: 'closed', reason: 'cost' });
  });

  it.each([
    [{ plateau: 0 }, 'plateau: expected a whole number of at least 1, got 0'],
    [{ cost: -1 }, 'cost: expected a number of at least 0, got -1'],
    [{ duplicates: 'never' as never }, 'duplicates: expected forbid or allow, got "never"'],
  ])('refuses %j', (options, message) => expect(() => createTestStudy(box, random(), options)).toThrow(message));

  it('voids a decision that an engine made before it read a change, unless a process has joined', () => {
    const world = createTestStudy(box, random(), { trials: 5, parallel: 1 });
    const stale = (trial: number) => world.say({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: 0.5, n: 5 }, after: 1 });
    world.say({ type: 'changed', joined: 1 });
    stale(3);
    expect(world.engine.ledger.open.has(3)).toBe(true);
    world.say({ type: 'changed', parallel: 2 });
    stale(4);
    expect(world.engine.ledger.status(4)).toBe('void');
    expect(directives(world)).toContainEqual({ type: 'stop', trial: 4, by: 'void' });
  });
});

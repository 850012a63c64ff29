import { describe, expect, it } from 'vitest';
import { compare, isStarved, isWorse, modelled, strategies } from './play.ts';
import { shapes } from './shapes.ts';

const [few, many] = [6, 20];

describe.each(Object.entries({ ...strategies, ...modelled }))('%s', (_, strategyOf) => {
  it.each(shapes)('is no worse than random search with $name', async (shape) => {
    const comparison = await compare(shape, strategyOf, few, many);
    expect([isStarved(comparison), isWorse(comparison, shape)], JSON.stringify(comparison)).toEqual([false, false]);
  });
});

import { expect, it } from 'vitest';
import { defineStrategy } from '../../streams/core.ts';
import { chain, random } from '../../streams/index.ts';
import { compare, isStarved, isWorse, noWorse, strategies } from './play.ts';
import { shapes } from './shapes.ts';

/** One of each kind. The deep tests take all shapes and strategies. */
const some = ['mAP, 0 for 3 epochs, 3 digits', 'loss, 1 digit', 'two regimes, 0 or much', 'every 5th epoch'];
const { 'asha, random': stops, 'asha that pauses, random': pauses, 'percentileStop, random': median } = strategies;

noWorse(
  { 'asha, random': stops, 'asha that pauses, random': pauses, 'percentileStop, random': median },
  shapes.filter(({ name }) => some.includes(name)),
  4,
  12,
);

it('finds early stopping that stops trials because their results are equal', async () => {
  const stopsEqual = defineStrategy<{ readonly known: ReadonlySet<string>; readonly isKnown: boolean }>({
    name: 'stopsEqual',
    init: () => ({ known: new Set(), isKnown: false }),
    tell({ known }, told) {
      if (told.type !== 'reported') return { known, isKnown: false };
      const key = `${told.step} ${told.losses}`;
      return { known: new Set([...known, key]), isKnown: known.has(key) };
    },
    stop: ({ isKnown }) => isKnown,
  });
  const shape = shapes.find(({ name }) => name === some[0])!;
  const comparison = await compare(shape, () => chain(stopsEqual, random()), 4, 12);
  expect(isStarved(comparison) || isWorse(comparison, shape)).toBe(true);
});

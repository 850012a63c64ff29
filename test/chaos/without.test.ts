import { describe, expect, it } from 'vitest';
import { breaches, worlds } from './breaches.ts';
import { chaos } from './world.ts';

describe('the checker', () => {
  it.each(['fence', 'claims', 'restart'] as const)('finds nothing with the rule, and sees that it is gone: %s', async (rule) => {
    expect((await chaos(worlds[rule])).violations).toEqual([]);
    const { violations } = await chaos({ ...worlds[rule], without: rule, breach: breaches[rule] });
    expect(violations).toContainEqual(expect.stringMatching(breaches[rule]));
  });
});

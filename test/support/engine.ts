import type { Fact, SuggestedFact } from '../../src/facts/facts.ts';
import type { TestStudy } from '../../src/testing/testStudy.ts';
import { float, type Infer, int, space } from '../../streams/index.ts';

export const box = space({ x: float(0, 1), n: int(1, 9) });
export type Box = Infer<typeof box>;

export const facts = (world: TestStudy<Box>) => world.entries.map(({ fact }) => fact as Fact);
export const suggestions = (world: TestStudy<Box>) => facts(world).filter((f): f is SuggestedFact => f?.type === 'suggested');
export const directives = (world: TestStudy<Box>) => world.given.map(({ directive }) => directive);
export const last = <T>(items: readonly T[]): T => items.at(-1)!;
export const refusal = (world: TestStudy<Box>) => {
  const directive = last(directives(world));
  return directive.type === 'rejected' ? directive.refusal : undefined;
};
export const done = (trial: number, value = 1): Fact => ({ type: 'completed', trial, values: { value } });

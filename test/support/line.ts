import { type Fact, float, type Log, space } from '../../streams/index.ts';

export const line = space({ x: float(-5, 5) });
export const square = ({ x }: { readonly x: number }) => (x - 1) ** 2;

/** The facts in a log. */
export const collect = async (log: Log): Promise<Fact[]> => {
  const facts: Fact[] = [];
  const head = await log.head();
  for await (const entries of log.read()) {
    facts.push(...entries.map(({ fact }) => fact as Fact));
    if (facts.length >= head) return facts;
  }
  return facts;
};

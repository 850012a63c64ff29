import { amountIn, amountText } from '../schema/amount.ts';
import { UsageError } from '../text/usage.ts';

/** The available or required amount of each resource. */
export type Amounts = Readonly<Record<string, number>>;

/** What a machine has, from words such as `gpu=2`. @throws UsageError */
export function amountsIn(words: readonly string[]): Amounts {
  const amounts: Record<string, number> = {};
  for (const word of words) {
    const [, name, text = ''] = /^([\w-]{1,32})=(.+)$/.exec(word) ?? [];
    const amount = amountIn(text);
    if (name === undefined || amount === undefined)
      throw new UsageError(`--slots: expected a name with an amount, such as gpu=2 or memory=64GiB, got ${word}`);
    if (Object.hasOwn(amounts, name)) throw new UsageError(`--slots: expected ${name} once, got it twice`);
    amounts[name] = amount;
  }
  return amounts;
}

/** The tolerance of a quotient, because shares such as 0.1 are not exact. */
const TOLERANCE = 1e-9;

/** How many trials with these needs fit. */
export const fitting = (has: Amounts, needs: Amounts): number =>
  Math.min(
    ...Object.entries(needs).map(([name, amount]) => Math.floor(amountOf(has, name) / amount + TOLERANCE)),
    Number.POSITIVE_INFINITY,
  );

/** The amount of a resource, whose name may be one of every object, such as `constructor`. */
export const amountOf = (amounts: Amounts, name: string): number => (Object.hasOwn(amounts, name) ? amounts[name]! : 0);

/** Refuses a study whose trials this machine can never run. @throws UsageError */
export function checkNeeds(study: string, has: Amounts, needs: Amounts): void {
  if (fitting(has, needs) >= 1) return;
  const wanted = Object.entries(needs).map(([name, amount]) => `${name}=${amountText(amount)}`);
  const got = Object.entries(has).map(([name, amount]) => `${name}=${amountText(amount)}`);
  throw new UsageError(
    `each trial of ${study} requires ${wanted.join(' ')}, and this machine has ${got.join(' ') || 'none of it'}: use another one, or say what this one has with --slots ${wanted.join(' ')}`,
  );
}

import type { RefusalCode } from '../facts/refusal.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';

/** Counts the entries of a log that do not count. */
export interface PassedOver {
  apply(applied: AppliedEntry): void;
  /** Their number, the reasons, and the first one, in one line; undefined if all count. */
  line(): string | undefined;
}

export function passedOver(): PassedOver {
  let counts = new Map<RefusalCode, number>();
  let first = '';
  return {
    apply: ({ position, refusal }) => {
      if (position === 1) counts = new Map(); // a log may be read more than once
      if (!refusal) return;
      if (counts.size === 0) first = `the first is entry ${position}: ${refusal.message}`;
      counts.set(refusal.code, (counts.get(refusal.code) ?? 0) + 1);
    },
    line: () => {
      if (counts.size === 0) return undefined;
      const codes = [...counts].sort(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}`);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return `${total} ${total === 1 ? 'entry does' : 'entries do'} not count (${codes.join(', ')}); ${first}`;
    },
  };
}

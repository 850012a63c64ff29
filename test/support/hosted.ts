import type { Hosted } from '../../src/host/host.ts';
import { memoryLog } from '../../streams/log/memory.ts';

/** A study as observers see it. */
export const hostedAs = (more: Partial<Hosted> = {}): Hosted => ({
  name: 'digits',
  place: 'digits.jsonl',
  line: () => {},
  past: () => 0,
  state: () => undefined,
  log: memoryLog(),
  submit: async (intent) => ({ position: 1, fact: intent as never }),
  ...more,
});

import type { Hosted } from '../../src/host/host.ts';

/** A study as observers see it. */
export const hostedAs = (more: Partial<Hosted> = {}): Hosted => ({
  name: 'digits',
  place: 'digits.jsonl',
  line: () => {},
  past: () => 0,
  state: () => undefined,
  submit: async () => {},
  ...more,
});

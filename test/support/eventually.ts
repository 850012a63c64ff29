import { vi } from 'vitest';

/** Waits until expectations hold. The limit is for what never comes: a busy machine may take long. */
export const eventually = <T>(expectations: () => T): Promise<Awaited<T>> =>
  vi.waitFor(expectations as () => Awaited<T>, { timeout: 120_000 });

import { withResolvers } from '../../streams/promises.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `act` when the process is asked to end, by the terminal or another process. @returns a function that unsubscribes. */
export function onInterrupt(act: (count: number) => void): () => void {
  let count = 0;
  const interrupt = () => act(++count);
  for (const signal of signals) process.on(signal, interrupt);
  return () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
}

/** The first request to end this process. Later ones are ignored until `release`. */
export function interruption(): { readonly interrupted: Promise<'interrupted'>; readonly release: () => void } {
  const { promise: interrupted, resolve } = withResolvers<'interrupted'>();
  return { interrupted, release: onInterrupt(() => resolve('interrupted')) };
}

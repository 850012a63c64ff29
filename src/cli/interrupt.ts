const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens to requests to end, from the terminal or another process. @returns a function that listens no longer. */
export function onInterrupt(act: (count: number) => void): () => void {
  let count = 0;
  const interrupt = () => act(++count);
  for (const signal of signals) process.on(signal, interrupt);
  return () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
}

/** What to call before this process ends. One listener serves all, as Node warns of many. */
const calls = new Set<() => void>();

const callAll = () => {
  for (const call of [...calls]) call();
};

/**
 * Calls `call` if Node ends this process because nothing is left to do: then a promise that still waits never resolves. Node itself prints nothing.
 *
 * @returns what takes this back.
 */
export function beforeProcessEnds(call: () => void): () => void {
  const { process } = globalThis as Partial<Pick<typeof globalThis, 'process'>>; // a browser has none
  const once = () => {
    takeBack();
    call();
  };
  const takeBack = () => {
    if (calls.delete(once) && calls.size === 0) process?.off?.('beforeExit', callAll);
  };
  if (calls.size === 0) process?.on?.('beforeExit', callAll);
  calls.add(once);
  return takeBack;
}

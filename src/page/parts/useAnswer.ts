import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** The answer to a request, asked again with each version. Undefined until it comes; if a later one fails, the last one stays. */
export function useAnswer<T>(ask: () => Promise<T>, version: string): ReadonlySignal<T | undefined> {
  const answer = useSignal<T | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    const take = (found: T) => {
      if (isWanted) answer.value = found;
    };
    void ask().then(take, () => {});
    return () => {
      isWanted = false;
    };
  }, [version]);
  return answer;
}

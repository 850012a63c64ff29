import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { Answer } from '../../wire.ts';
import { cut } from '../lib/format.ts';

interface Saying {
  readonly good: boolean;
  readonly text: string;
}

/** What came of an act: waits for it, and says it. */
export function useSaying(): { said: ReadonlySignal<Saying | undefined>; say: (answer: Promise<Answer>, done: string) => void } {
  const said = useSignal<Saying | undefined>(undefined);
  const say = (answer: Promise<Answer>, done: string) => {
    said.value = { good: true, text: '…' };
    void answer.then((came) => {
      said.value = came.ok ? { good: true, text: `${done} (position ${came.position} of the log)` } : { good: false, text: came.error };
    });
  };
  return { said, say };
}

export const Said = ({ of }: { readonly of: Saying | undefined }) => (
  <p class={of && !of.good ? 'bad' : 'good'} role="status">
    {of && cut(of.text, 600)}
  </p>
);

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import type { ActionAnswer } from '../state/api.ts';

interface FeedbackText {
  readonly good: boolean;
  readonly text: string;
}

/** Waits for the answer to an action, and keeps the text to show. */
export function useFeedback(): {
  readonly feedback: ReadonlySignal<FeedbackText | undefined>;
  /** @param later what it has done if the study does not run. Default: the same */
  readonly show: (answer: Promise<ActionAnswer>, done: string, later?: string) => void;
} {
  const feedback = useSignal<FeedbackText | undefined>(undefined);
  const show = (answer: Promise<ActionAnswer>, now: string, later = now) => {
    feedback.value = { good: true, text: '…' };
    void answer.then((result) => {
      if (!result.ok) {
        feedback.value = { good: false, text: result.error };
        return;
      }
      const done = result.running === false ? later : now;
      feedback.value = { good: true, text: result.position !== undefined ? `${done} (position ${result.position} of the log)` : done };
    });
  };
  return { feedback, show };
}

export const Feedback = ({ of }: { readonly of: FeedbackText | undefined }) => (
  <p class={of && !of.good ? 'bad' : 'good'} role="status">
    {of && cut(of.text, 600)}
  </p>
);

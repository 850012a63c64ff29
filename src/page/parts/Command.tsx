import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface CopyProps {
  readonly text: string;
  /** What the person is told. */
  readonly done: string;
  readonly say: (text: string) => void;
  readonly children: ComponentChildren;
}

/** A button that copies a text. */
export const Copy = ({ text, done, say, children }: CopyProps) => {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(done);
    } catch {
      say('this browser does not let the page copy; select the text instead');
    }
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {children}
    </button>
  );
};

/** A command to run in a terminal. */
export function CommandLine({ text }: { readonly text: string }) {
  const said = useSignal('');
  return (
    <span class="command">
      <code>{text}</code>
      <Copy text={text} done="copied" say={(text) => (said.value = text)}>
        Copy
      </Copy>
      <span role="status">{said.value}</span>
    </span>
  );
}

import type { ComponentChildren } from 'preact';
import { cut } from '../../insight/figures/drawing/format.ts';
import { lookAt } from '../state/selection.ts';

interface CardProps {
  readonly title: string;
  readonly note?: string;
  /** Next to the title. */
  readonly tools?: ComponentChildren;
  readonly class?: string;
  /** What stands in place of the content, if there is none yet. */
  readonly nothing?: string | false | undefined;
  readonly children?: ComponentChildren;
}

/** A titled section of a view. */
export const Card = ({ title, note, tools, class: more = '', nothing, children }: CardProps) => (
  <section class={`card ${more}`}>
    <header>
      <h2>{title}</h2>
      {note && <span class="note">{note}</span>}
      {tools}
    </header>
    {nothing ? <p class="nothing">{nothing}</p> : children}
  </section>
);

/** Longer texts are below their name. */
const LONG = 60;

/** A line of a list of descriptions. */
export const Term = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div class={typeof children === 'string' && children.length > LONG ? 'is-long' : ''}>
    <dt title={cut(name, 400)}>{cut(name, 60)}</dt>
    <dd>{children}</dd>
  </div>
);

interface TrialLinkProps {
  readonly trial: number;
  readonly label?: string;
  readonly children?: ComponentChildren;
}

/** Shows a trial. */
export const TrialLink = ({ trial, label, children = `trial ${trial}` }: TrialLinkProps) => (
  <button type="button" class="plain" aria-label={label} onClick={() => lookAt(trial)}>
    {children}
  </button>
);

interface FormProps {
  readonly class?: string;
  readonly submit: (data: FormData) => void;
  readonly children: ComponentChildren;
}

/** A form whose data the page takes. */
export const DataForm = ({ submit, ...more }: FormProps) => (
  <form
    {...more}
    onSubmit={(event) => {
      event.preventDefault();
      submit(new FormData(event.currentTarget));
    }}
  />
);

interface PickProps {
  readonly label: string;
  readonly of: readonly string[];
  readonly value: string;
  readonly pick: (name: string) => void;
}

/** Picks one of several names. */
export const Pick = ({ label, of, value, pick }: PickProps) => (
  <label class="pick">
    {label}
    <select value={value} onChange={(event) => pick(event.currentTarget.value)}>
      {of.map((name) => (
        <option key={name} value={name}>
          {[...name].slice(0, 40).join('')}
        </option>
      ))}
    </select>
  </label>
);

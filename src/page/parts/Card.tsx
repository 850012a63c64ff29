import type { ComponentChildren } from 'preact';

interface CardProps {
  readonly title: string;
  readonly note?: string;
  /** Next to the title. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A titled section of a view. */
export const Card = ({ title, note, tools, children }: CardProps) => (
  <section class="card">
    <header>
      <h2>{title}</h2>
      {note && <span class="note">{note}</span>}
      {tools}
    </header>
    {children}
  </section>
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

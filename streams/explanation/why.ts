import type { Schema } from '../../src/facts/schema.ts';
import type { TrialId } from '../../src/strategy/messages.ts';

/** The reason of a suggestion. */
export interface Why {
  readonly trial: TrialId;
  readonly by: string;
  /** What each machine did when it was decided, such as `surrogate.modelling`, by path. */
  readonly phases?: Readonly<Record<string, string>>;
  /** Whether the recomputed decision is equal; absent if it cannot be recomputed. */
  readonly recomputed?: 'equal' | { readonly field: string; readonly logged: unknown; readonly recomputed: unknown };
  /** Why it could not be recomputed. */
  readonly impossible?: string;
  /** For a stopped trial: what stopped it, and why. */
  readonly stopped?: string;
  /** How many results of each strategy were known then, by its path. */
  readonly results?: Readonly<Record<string, number>>;
  /** The prediction of a random forest on the completed trials among them, as values. If budgets differ, on those of the budget `at`. */
  readonly expected?: { readonly mean: number; readonly sd: number; readonly results: number; readonly at?: number };
  /** Milliseconds that the decision took when it was recomputed. */
  readonly milliseconds?: number;
}

const text = (description: string): Schema => ({ type: 'string', description });
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const number: Schema = { type: 'number' };

/** The reason as JSON Schema. */
export const whySchema = {
  type: 'object',
  properties: {
    trial: count('its number'),
    by: text('path of the strategy, queue or import'),
    phases: {
      type: 'object',
      additionalProperties: text('a phase'),
      description: 'the phase of each strategy when it was decided, by path',
    },
    recomputed: {
      oneOf: [
        { const: 'equal' },
        {
          type: 'object',
          properties: { field: text('that differs'), logged: { description: 'in the log' }, recomputed: { description: 'recomputed' } },
          required: ['field'],
        },
      ],
      description: 'whether the recomputed suggestion is equal, or what differs; absent if it cannot be recomputed',
    },
    impossible: text('why it cannot be recomputed'),
    stopped: text('of a stopped trial: what stopped it, and why'),
    results: {
      type: 'object',
      additionalProperties: count('how many'),
      description: 'how many results of each strategy were known then, by its path',
    },
    expected: {
      type: 'object',
      properties: {
        mean: number,
        sd: number,
        results: count('of which it is predicted'),
        at: { type: 'number', description: 'their budget' },
      },
      required: ['mean', 'sd', 'results'],
      description: 'the value that a random forest on the results at that time predicts',
    },
    milliseconds: { type: 'number', minimum: 0, description: 'how long the decision took when it was recomputed' },
  } satisfies Readonly<Record<keyof Why, Schema>>,
  required: ['trial', 'by'] satisfies readonly (keyof Why)[],
  description: 'why a trial was suggested',
} as const satisfies Schema;

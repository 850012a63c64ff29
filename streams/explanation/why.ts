import { integerSchema, notNegativeSchema, objectSchema, proseSchema, recordSchema, type Schema } from '../../src/facts/schema.ts';
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

const count = (description: string) => integerSchema(0, description);
const number: Schema = { type: 'number' };

/** The reason as JSON Schema. */
export const whySchema = objectSchema(
  'why a trial was suggested',
  { trial: count('its number'), by: proseSchema('path of the strategy, queue or import') },
  {
    phases: recordSchema(proseSchema('a phase'), 'the phase of each strategy when it was decided, by path'),
    recomputed: {
      oneOf: [
        { const: 'equal' },
        {
          type: 'object',
          properties: {
            field: proseSchema('that differs'),
            logged: { description: 'in the log' },
            recomputed: { description: 'recomputed' },
          },
          required: ['field'],
        },
      ],
      description: 'whether the recomputed suggestion is equal, or what differs; absent if it cannot be recomputed',
    },
    impossible: proseSchema('why it cannot be recomputed'),
    stopped: proseSchema('of a stopped trial: what stopped it, and why'),
    results: recordSchema(count('how many'), 'how many results of each strategy were known then, by its path'),
    expected: objectSchema(
      'the value that a random forest on the results at that time predicts',
      { mean: number, sd: number, results: count('of which it is predicted') },
      { at: { type: 'number', description: 'their budget' } },
    ),
    milliseconds: notNegativeSchema('how long the decision took when it was recomputed'),
  } satisfies Readonly<Record<Exclude<keyof Why, 'trial' | 'by'>, Schema>>,
);

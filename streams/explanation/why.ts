import {
  finiteSchema,
  integerSchema,
  listSchema,
  notNegativeSchema,
  objectSchema,
  proseSchema,
  recordSchema,
  type Schema,
} from '../../src/facts/schema.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { ShownPrediction } from '../../src/study/prediction.ts';

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
  /** What the model of the strategy predicted; absent if it has none that predicts values. */
  readonly predicted?: ShownPrediction;
  /** Milliseconds that the decision took when it was recomputed. */
  readonly milliseconds?: number;
  /** The same in sentences. */
  readonly text: readonly string[];
}

const count = (description: string) => integerSchema(0, description);

/** The reason as JSON Schema. */
export const whySchema = objectSchema(
  'why a trial was suggested',
  {
    trial: count('its number'),
    by: proseSchema('path of the strategy, queue or import'),
    text: listSchema(proseSchema('a sentence'), 'the same in sentences'),
  },
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
    predicted: objectSchema(
      'what the model of the strategy predicted; absent if it has none that predicts values',
      {
        values: listSchema(
          objectSchema(
            'the prediction of an objective',
            {
              objective: proseSchema('its name'),
              mean: finiteSchema('the mean'),
              sd: notNegativeSchema('the standard deviation'),
            },
            {},
          ),
          'for each objective',
        ),
      },
      {
        at: finiteSchema('the step of the predicted values'),
        limit: finiteSchema('to the model, all results worse than this value are equal to it'),
      },
    ),
    milliseconds: notNegativeSchema('how long the decision took when it was recomputed'),
  } satisfies Readonly<Record<Exclude<keyof Why, 'trial' | 'by' | 'text'>, Schema>>,
);

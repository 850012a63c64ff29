import { finiteSchema, flagSchema, integerSchema, notNegativeSchema, objectSchema, recordSchema, type TypeOf } from './schema.ts';

export const limits = objectSchema(
  'when the study ends, and how often a trial is tried',
  {},
  {
    trials: integerSchema(0, 'configurations to try, without promotions to a higher budget and imports'),
    seconds: notNegativeSchema('seconds that one process may work on the study'),
    target: finiteSchema('a value of the first objective that is good enough'),
    cost: notNegativeSchema(
      'steps such as epochs that all trials may take together; a trial that resumes another adds only its own; a trial without steps or budget costs 1; running trials may end',
    ),
    spend: recordSchema(
      notNegativeSchema('the most'),
      'sums of metrics over all trials, such as { usd: 5 }; when one is reached, the study ends and running trials are stopped',
    ),
    plateau: integerSchema(
      1,
      'results in a row without an improvement, after which no new trial begins; a change of the study restarts the count',
    ),
    attempts: integerSchema(
      1,
      'attempts at a trial that fails by errors (see retryErrors), the first one included (default: 3); lost or preempted attempts have 30, or this if it is more',
    ),
    retryErrors: flagSchema('whether a trial that failed by an error is tried again (default: false)'),
  },
);
/** When a study ends, and how often a trial is tried. */
export interface Limits extends TypeOf<typeof limits> {}

import { factSchemas } from '../facts/facts.ts';
import { dataSchema, type ObjectSchema, textSchema } from '../facts/schema.ts';
import { asked, claim, stopping } from './answerSchemas.ts';
import { inputOf, operationsOf, waiting } from './operation.ts';
import type { TrialFact } from './verbs.ts';

/** A trainer's fact about a trial that it has claimed. Over NATS, it is published. @param optional what an answer can do without */
function said(type: TrialFact['type'], summary: string, answer: string, optional: readonly string[] = []) {
  const { properties, required = [], description = '' } = factSchemas[type];
  const { type: _, v: __, trial: ___, attempt: ____, ...others } = properties!;
  const needed = required.filter((name) => name in others && !optional.includes(name));
  const input: ObjectSchema = { type: 'object', properties: { ...others, run: claim }, required: ['run', ...needed], description };
  return { summary, answer, role: 'trainer', of: 'trial', method: 'post', input, result: stopping } as const;
}

/** What trainers ask and say over HTTP. Over NATS, they pull suggestions and publish facts. */
export const trainerOperations = operationsOf({
  ask: {
    summary: 'Claim the next trial.',
    answer:
      'The answer has `next`: with `trial`, evaluate its `params`, in a study of examples on those whose places are in `examples` (default: all), in this order; keep its `trial` and `run`, which each report, heartbeat, tell, stopped and fail about it needs. ' +
      'Without a message for `lease` seconds the trial goes to another trainer. With `wait`, no trial is due: ask again. With `over`, there are no more trials, and `reason` says why.',
    role: 'trainer',
    method: 'post',
    input: inputOf({
      wait: waiting('to wait for a trial'),
      run: textSchema(
        'a claim of your own; with the claim of an open trial, you get that trial again (default: the Idempotency-Key, or a random one)',
      ),
      trainer: textSchema('your name, for people (default: that of your token)'),
      fixed: dataSchema('values that the trial must have, by the names of parameters; the strategy chooses the rest. Needs run.'),
    }),
    result: { oneOf: Object.values(asked), discriminator: { propertyName: 'next' } },
  },
  report: said(
    'reported',
    'Report values of a trial at a step, or results of examples.',
    'Optional: an intermediate result, with increasing `step` such as the epoch, so that bad trials stop early. If the answer has `stop: true`, end the trial and call stopped instead of tell. In a study of examples, send the result of each in `results`; `step` counts them, and the study computes the means. A report counts as a heartbeat.',
  ),
  heartbeat: {
    summary: 'Send a heartbeat: you still work on the trial.',
    answer:
      'Needed if more than the `lease` of the ask passes without a report. If the answer has `stop: true`, end the trial and call stopped.',
    role: 'trainer',
    of: 'trial',
    method: 'post',
    input: { type: 'object', properties: { run: claim }, required: ['run'], description: 'the claim' },
    result: stopping,
  },
  tell: said(
    'completed',
    'Tell the result of a trial.',
    'Ends the trial: `values` has a number for each objective, by its name. In a study of examples, leave it out: it follows from the results that were reported. If there is no result, call fail instead. Then ask for the next trial.',
    ['values'],
  ),
  stopped: said(
    'stopped',
    'Tell that a trial was stopped: its last report is its result.',
    'Ends the trial after an answer with `stop: true`. Then ask for the next trial.',
  ),
  fail: said(
    'failed',
    'Tell that an attempt has no result. The reason preempted hands the trial back.',
    'Ends the attempt: with `preempted`, another trainer continues the trial. Then ask for the next trial.',
    ['reason'],
  ),
});

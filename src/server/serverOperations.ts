import { whySchema } from '../../streams/explanation/why.ts';
import { dataSchema, finiteSchema, flagSchema, integerSchema, objectSchema, textSchema } from '../facts/schema.ts';
import { importancesSchema } from '../insight/importance/importances.ts';
import { entrySchema } from '../study/answerSchemas.ts';
import { inputOf, operationsOf, paths } from '../study/operation.ts';
import { natsOperations } from '../study/operations.ts';
import { trainerOperations } from '../study/trainerOperations.ts';
import { trialRowSchema } from '../study/trialRowSchema.ts';
import { userRoles } from './access/users.ts';

/** The path of a file is the rest of the path of the request. */
const filePath = `${paths.trial}/files/{file}`;

/** All operations: besides those of every study, what this server computes for readers, and what its page needs. */
export const operations = operationsOf({
  ...trainerOperations,
  ...natsOperations,
  trial: {
    summary: 'Get a trial.',
    answer: 'The answer has its parameters, status and values, or why it failed. To learn why it was suggested, call why.',
    of: 'trial',
    path: paths.trial,
    tool: 'get_trial',
    result: trialRowSchema,
  },
  why: {
    summary: 'Explain a suggestion: recompute it, and say what was expected.',
    answer:
      'The answer has the strategy that suggested the trial (`by`), its phase, the value that was expected of it, and what stopped it. In a long study, it takes a while.',
    of: 'trial',
    result: whySchema,
  },
  importance: {
    summary: 'Get how much of the variation of the results each parameter explains, with 90 % intervals, or null if there are too few.',
    answer:
      'By two methods: `fanova` over all results, `pedAnova` among the best ones. Parameters with a high share are worth a closer look.',
    input: inputOf({
      objective: { type: 'string', description: 'name of the objective (default: the first one)' },
      at: integerSchema(1, 'the position of the entry of the log up to which results count (default: the last one)'),
    }),
    result: { oneOf: [importancesSchema, { type: 'null' }], description: 'the importances, or null if there are too few results' },
  },
  recommend: {
    summary: 'Get the trial to deploy if results are noisy, and whether to go on, or null if there are too few results.',
    answer:
      'With noisy results, it need not be the best one. The answer has a verdict on whether to go on, what a configuration that ran three times would give again, and in `costs` what other values of a parameter would cost.',
    result: {
      oneOf: [
        {
          type: 'object',
          properties: {
            results: integerSchema(0, 'how many results it is chosen from'),
            trial: integerSchema(1, 'the trial to deploy'),
            repetition: dataSchema(
              'what the configuration would give again, if it ran three times: mean, and the ranges of half and of nine in ten repetitions',
            ),
            costs: dataSchema(
              'what other values of a parameter would cost, by parameter: the worst one that was tried, and 90 % intervals',
            ),
            evidence: dataSchema('what the verdict depends on'),
            verdict: dataSchema('whether to go on, after these results'),
            early: dataSchema('what early stopping saved, which trials may be better, and which values no full training has seen'),
          },
          required: ['results', 'trial', 'costs', 'evidence', 'verdict'],
          description: 'the recommendation',
        },
        { type: 'null' },
      ],
      description: 'the recommendation, or null',
    },
  },
  watch: {
    summary: 'Watch all studies, and the trials of one, as server-sent events: studies, study, trials, and over if the server ends.',
    answer: 'First come the current state and all trials, then changes, at most ten times a second.',
    of: 'server',
    path: '/v1/events',
    tool: false,
    input: inputOf({
      study: textSchema('the study whose trials and settings you watch (default: none)'),
      after: integerSchema(0, 'the id of the last event that you know: you get what has changed since (default: all trials)'),
    }),
    result: { type: 'string', description: 'server-sent events; the data are JSON' },
    produces: 'text/event-stream',
  },
  signIn: {
    summary: 'Let this browser read by a cookie, where it cannot send a token, until the server ends.',
    answer: 'The answer sets a cookie, and has your name and your role.',
    role: 'anyone',
    of: 'server',
    method: 'post',
    path: '/v1/session',
    tool: false,
    result: {
      type: 'object',
      properties: {
        name: textSchema('the name of the user; absent on a server without users'),
        role: { type: 'string', enum: userRoles },
      },
      required: ['role'],
      description: 'the user of the request',
    },
  },
  summary: {
    summary: 'Get a study as people see it: the settings in force, counts, cost, and the best trial.',
    answer: 'The answer is to compare it with others.',
    tool: false,
    result: objectSchema(
      'a study to compare with others',
      { detail: dataSchema('settings in force, counts and cost') },
      { best: trialRowSchema },
    ),
  },
  examples: {
    summary: 'Get the results of the configurations with the most results on each example, or null if there are none.',
    answer:
      'The answer has the results of the first objective on each example, for at most 40 configurations: those with the most results, the leader first. It also has the examples from easy to hard, and those on which all configurations have the worst value. It is null in a study without examples, and before the first trial has ended.',
    tool: false,
    result: {
      oneOf: [dataSchema('objective, count, names, configurations, leader, rows, order, unsolved, differences'), { type: 'null' }],
    },
  },
  moment: {
    summary:
      'Replay the log up to an entry: the machines of the strategies then, and what the model of the next suggestion predicts over two parameters.',
    answer:
      'The answer has the machines of the strategies after the entry, and what led to their phases. With `x` and `y`, it also has what the model of the strategy that suggests next predicts over these parameters; all others are as in the next suggestion or, after the last one, as in the best trial. Strategies without a model, and those that have too few results for one, predict nothing.',
    tool: false,
    input: inputOf({
      at: integerSchema(1, 'the position of the entry (default: the last one)'),
      x: textSchema('the parameter across (default: no prediction)'),
      y: textSchema('the parameter up'),
    }),
    result: {
      type: 'object',
      properties: {
        position: integerSchema(1, 'the position of the entry'),
        machines: { type: 'array', items: dataSchema('the chart of a strategy, by its path'), description: 'the machines' },
        news: { type: 'array', items: dataSchema('the phase of a strategy, and what led there'), description: 'their phases' },
        landscape: dataSchema('what the model predicts, in cells, column by column from the lower left; absent without a model'),
      },
      required: ['position', 'machines', 'news'],
      description: 'the moment',
    },
  },
  getReport: {
    summary: 'Get the study as one HTML file, with the page and its data.',
    answer: 'The answer is a file that shows the study in a browser, without a server.',
    path: `${paths.study}/report`,
    tool: false,
    result: { type: 'string', description: 'a page' },
    produces: 'text/html; charset=utf-8',
  },
  trialLog: {
    summary: 'Read the entries of the log about a trial; if there are very many, the first and the last ones.',
    answer: 'The answer has them with positions, times and authors.',
    of: 'trial',
    path: `${paths.trial}/log`,
    tool: false,
    result: { type: 'array', items: entrySchema, maxItems: 2000 },
  },
  listFiles: {
    summary: 'List the output and the files of a trial, or get null if they are on another machine.',
    answer: 'The answer has the path and the size of each file.',
    of: 'trial',
    path: `${paths.trial}/files`,
    tool: false,
    result: {
      oneOf: [
        {
          type: 'array',
          items: objectSchema(
            'a file',
            {
              name: textSchema('its path below the directory of the trial', 4096),
              bytes: integerSchema(0, 'its size'),
              at: finiteSchema('when it was changed, in milliseconds since 1970'),
            },
            { isOutput: flagSchema('whether it is what the program printed') },
          ),
        },
        { type: 'null' },
      ],
      description: 'the files, or null',
    },
  },
  getFile: {
    summary: 'Get a file of a trial.',
    answer: 'The answer is the file.',
    of: 'trial',
    path: filePath,
    tool: false,
    input: inputOf({
      last: integerSchema(1, 'how many bytes from its end (default: all)'),
      at: integerSchema(0, 'when it last changed: no effect, but a browser that shows it asks again'),
    }),
    result: { type: 'string', description: 'its content' },
    produces: 'application/octet-stream',
  },
  addFile: {
    summary: 'Add a file to a trial, below uploads.',
    answer: 'The answer has the path of the file.',
    role: 'operator',
    of: 'trial',
    method: 'post',
    path: filePath,
    tool: false,
    input: { type: 'object', description: 'the content of the file, of at most 16 MiB' },
    result: objectSchema('where it is', { name: textSchema('its path below the directory of the trial', 4096) }, {}),
    consumes: 'application/octet-stream',
  },
});

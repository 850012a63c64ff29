import { dataSchema, finiteSchema, flagSchema, integerSchema, listSchema, objectSchema, proseSchema, textSchema } from '../facts/schema.ts';
import { requestKinds } from '../study/requests.ts';
import { trialRowSchema } from '../study/trialRowSchema.ts';
import { userRoles } from './access/users.ts';
import { type Operation, readers, studyPath, trialPath } from './operation.ts';

/** The path of a file is the rest of the path of the request. */
const filePath = `${trialPath}/files/{file}`;

const user = {
  type: 'object',
  properties: { name: textSchema('the name of the user; absent on a server without users'), role: { type: 'string', enum: userRoles } },
  required: ['role'],
  description: 'the user of the request',
} as const;

/** What people read and do in the page, besides what trainers and other programs need. */
export const pageOperations = {
  watch: {
    method: 'get',
    path: '/v1/events',
    roles: readers,
    summary: 'Watch all studies, and the trials of one, as server-sent events: studies, study, trials, and over if the server ends.',
    query: {
      study: textSchema('the study whose trials and settings you watch (default: none)'),
      after: integerSchema(0, 'the id of the last event that you know: you get what has changed since (default: all trials)'),
    },
    result: { type: 'string', description: 'server-sent events; the data are JSON' },
    produces: 'text/event-stream',
  },
  whoAmI: { method: 'get', path: '/v1/session', roles: userRoles, summary: 'Get your name and your role.', result: user },
  signIn: {
    method: 'post',
    path: '/v1/session',
    roles: userRoles,
    summary: 'Let this browser read by a cookie, where it cannot send a token, until the server ends.',
    body: { type: 'object', description: 'nothing' },
    result: user,
  },
  summary: {
    method: 'get',
    path: `${studyPath}/summary`,
    roles: readers,
    summary: 'Get a study as people see it: the settings in force, counts, cost, and the best trial.',
    result: {
      type: 'object',
      properties: {
        detail: dataSchema('settings in force, counts and cost'),
        best: trialRowSchema,
      },
      required: ['detail'],
      description: 'a study to compare with others',
    },
  },
  recommendation: {
    method: 'get',
    path: `${studyPath}/recommendation`,
    roles: readers,
    summary: 'Get the trial to deploy if results are noisy, and whether to go on, or null if there are too few results.',
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
  examples: {
    method: 'get',
    path: `${studyPath}/examples`,
    roles: readers,
    summary: 'Get the results of the configurations with the most results on each example, or null if there are none.',
    result: {
      oneOf: [
        objectSchema(
          'the results on examples',
          {
            objective: dataSchema('the objective'),
            count: integerSchema(1, 'how many examples there are'),
            configurations: integerSchema(0, 'how many configurations have results'),
            rows: listSchema(
              dataSchema('trial, value, stderr for other examples of the same kind, and results as pairs of a place and a value'),
              'the configurations with the most results, the leader first, and then by what they would have on all examples',
            ),
            order: listSchema(integerSchema(0, 'place of an example'), 'the examples with results, from easy to hard'),
            unsolved: listSchema(
              dataSchema('the place of an example, and how many configurations were evaluated on it'),
              'the examples on which all of at least five configurations have the worst value of the study',
            ),
            differences: dataSchema('the spread within the differences between configurations: squares, freedom'),
          },
          {
            names: listSchema(proseSchema('name of an example'), 'the names of the examples (default: 0, 1, ...)'),
            leader: integerSchema(1, 'the trial of the leader'),
          },
        ),
        { type: 'null' },
      ],
      description: 'the results on examples, or null',
    },
  },
  moment: {
    method: 'get',
    path: `${studyPath}/moment`,
    roles: readers,
    summary:
      'Replay the log up to an entry: the machines of the strategies then, and what the model of the next suggestion predicts over two parameters.',
    query: {
      at: integerSchema(1, 'the position of the entry (default: the last one)'),
      x: textSchema('the parameter across (default: no prediction)'),
      y: textSchema('the parameter up'),
    },
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
    method: 'get',
    path: `${studyPath}/report`,
    roles: readers,
    summary: 'Get the study as one HTML file, with the page and its data.',
    result: { type: 'string', description: 'a page' },
    produces: 'text/html; charset=utf-8',
  },
  trialFacts: {
    method: 'get',
    path: `${trialPath}/facts`,
    roles: readers,
    summary: 'Read the entries of the log about a trial; if there are very many, the first and the last ones.',
    result: { ...requestKinds.log.result, maxItems: 2000 },
  },
  listFiles: {
    method: 'get',
    path: `${trialPath}/files`,
    roles: readers,
    summary: 'List the output and the files of a trial, or get null if they are on another machine.',
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
    method: 'get',
    path: filePath,
    roles: readers,
    summary: 'Get a file of a trial.',
    query: {
      last: integerSchema(1, 'how many bytes from its end (default: all)'),
      at: integerSchema(0, 'when it last changed: no effect, but a browser that shows it asks again'),
    },
    result: { type: 'string', description: 'its content' },
    produces: 'application/octet-stream',
  },
  addFile: {
    method: 'post',
    path: filePath,
    roles: ['operator'],
    summary: 'Add a file to a trial, below uploads.',
    body: { type: 'object', description: 'the content of the file, of at most 16 MiB' },
    result: {
      type: 'object',
      properties: { name: textSchema('its path below the directory of the trial', 4096) },
      required: ['name'],
      description: 'where it is',
    },
    consumes: 'application/octet-stream',
  },
} as const satisfies Readonly<Record<string, Operation>>;

import { decisions, fact, params, priority, requires } from './fields.ts';
import { limits } from './limits.ts';
import {
  anySchema,
  dataSchema,
  enumSchema,
  flagSchema,
  integerSchema,
  listSchema,
  literalSchema,
  objectSchema,
  type TypeOf,
  textSchema,
} from './schema.ts';
import { FORMAT } from './versions.ts';

const objective = objectSchema(
  'what is optimised',
  { name: textSchema('name of the value'), direction: enumSchema(['minimize', 'maximize'], 'which values are better') },
  {},
);
/** What a study optimises. The first objective decides which trial is the best. */
export interface ObjectiveSpec extends TypeOf<typeof objective> {}

export const created = fact(
  'created',
  'the first fact of a log: what never changes',
  {
    format: literalSchema(FORMAT, 'version of the form of the log'),
    rules: integerSchema(1, 'version of the rules for which facts count'),
    decisions,
    study: textSchema('name of the study'),
    space: dataSchema('the space as data, see `parseSpace`'),
    objectives: listSchema(objective, 'what is optimised; the first one decides which trial is the best', { minItems: 1, maxItems: 16 }),
    strategy: anySchema('the strategy as data, with its defaults; for a part that is only code, its name'),
    seed: textSchema('seed of all random choices'),
    limits,
    parallel: integerSchema(1, 'how many trials may be open at once'),
    duplicates: enumSchema(['forbid', 'allow'], 'whether a configuration may be tried twice'),
  },
  {
    examples: objectSchema(
      'what each trial is evaluated on: questions, folds, instances, games',
      { count: integerSchema(1, 'how many there are') },
      { ids: listSchema(textSchema('name of the example', 256), 'their names (default: 0, 1, ...)', { minItems: 1, maxItems: 10_000 }) },
    ),
    resumes: flagSchema('whether the trainers resume from checkpoints (default: unknown)'),
    result: literalSchema('best', 'the result of a trial is the best value that it reports (default: the last one)'),
    requires,
    priority,
    version: textSchema('version of hypertide'),
    earlier: objectSchema(
      'earlier studies, and the configurations that they suggest',
      {
        studies: listSchema(
          objectSchema(
            'an earlier study',
            { study: textSchema('its name'), results: integerSchema(0, 'how many of its results were used') },
            {},
          ),
          'the earlier studies',
          { maxItems: 30 },
        ),
        configurations: listSchema(params, 'the configurations to try first', { maxItems: 16 }),
      },
      {},
    ),
    origin: objectSchema(
      'for a copied study: the study that its first entries come from',
      { study: textSchema('its name'), position: integerSchema(1, 'of the last entry that was copied') },
      {},
    ),
  },
);
/** The first fact of each log: what never changes. */
export interface Created extends TypeOf<typeof created> {}

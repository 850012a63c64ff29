import { readFileSync } from 'node:fs';
import { strategySchema } from '../../streams/spec/spec.ts';
import type { JsonSchema } from '../schema/json.ts';
import { schemaOf } from '../schema/optionSet.ts';
import { studyLayout } from './studyFile/studyLayout.ts';

/** The JSON Schema of study files, without descriptions: those are comments of the code, which `npm run schema` adds. */
export const studySchema = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A study of hypertide',
  ...schemaOf(studyLayout),
  not: { required: ['objective', 'objectives'] },
  $defs: { strategy: strategySchema() },
});

/** The descriptions of a strategy and its options in the schema of the package. */
export interface StrategyDescription {
  readonly description: string;
  readonly properties?: Readonly<Record<string, { readonly description: string }>>;
}

/** The descriptions in the schema of the package, by the names of strategies. Its root is two folders up, from sources and build. */
export function strategyDescriptions(): Readonly<Record<string, StrategyDescription>> {
  const schema = JSON.parse(readFileSync(new URL('../../study.schema.json', import.meta.url), 'utf8'));
  return schema.$defs.strategy.anyOf[1].properties;
}

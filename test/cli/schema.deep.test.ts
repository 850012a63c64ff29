import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { chartsFile, chartsText } from '../support/chartsText.ts';
import { knownFile, knownText } from '../support/knownText.ts';
import { optionsFile, optionsText, schemaFile, schemaText, studyOptionsFile, studyOptionsText } from '../support/studySchema.ts';

it.each([
  ['the JSON Schema of study files', schemaFile, schemaText],
  ['the reference of strategies', optionsFile, optionsText],
  ['the reference of machines', chartsFile, chartsText],
  ['the reference of known parameters', knownFile, knownText],
  ['the reference of options of studies in code', studyOptionsFile, studyOptionsText],
])('%s is up to date (npm run schema)', (_, file, text) => expect(readFileSync(file, 'utf8')).toBe(text()));

// npm run golden: records what strategies suggest now. A change of what is recorded already means that old studies cannot be recomputed:
// it belongs in the changelog.
import { writeFileSync } from 'node:fs';
import { cases } from '../contract/cases.ts';
import { goldenFile, suggestionsOf, written } from './suggestions.ts';

writeFileSync(goldenFile, written(Object.fromEntries(Object.keys(cases).map((name) => [name, suggestionsOf(name)]))));

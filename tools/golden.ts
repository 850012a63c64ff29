// npx tsx tools/golden: records what strategies suggest now. If a recorded suggestion changes, old studies cannot be recomputed, so name it in the
// changelog.
import { writeFileSync } from 'node:fs';
import { cases } from '../test/contract/cases.ts';
import { goldenFile, suggestionsOf, written } from '../test/golden/suggestions.ts';

writeFileSync(goldenFile, written(Object.fromEntries(Object.keys(cases).map((name) => [name, suggestionsOf(name)]))));

// The sum of vitest's reports in .results.
import { readdirSync, readFileSync } from 'node:fs';

const files = readdirSync('.results')
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(`.results/${name}`, 'utf8')).testResults);
const count = (wanted) => files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === wanted).length;

const status = Number(process.argv[2]);
console.log(`${count('passed')} passed, ${Math.max(count('failed'), status === 0 ? 0 : 1)} failed`);

// What vitest's reports in .results say. Of a file that failed and ran again, the last report counts.
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** So many files do not fail by chance, and would take long to run again. */
const MANY = 8;

const reports = readdirSync('.results')
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(`.results/${name}`, 'utf8')))
  .toSorted((a, b) => a.startTime - b.startTime);

const results = [];
const second = [];
for (const file of reports.flatMap(({ testResults }) => testResults)) {
  const before = results.findIndex(({ name, status }) => name === file.name && status === 'failed');
  if (before >= 0) {
    const [first] = results.splice(before, 1);
    const passed = new Set(namesOf(first, 'passed'));
    for (const name of namesOf(file, 'passed')) if (!passed.has(name)) second.push(`${relative('.', file.name)}: ${name}`);
  }
  results.push(file);
}

/** The tests of a file that ended so. */
function namesOf({ assertionResults }, status) {
  return assertionResults.filter((test) => test.status === status).map(({ fullName }) => fullName);
}
const count = (status) => results.reduce((sum, file) => sum + namesOf(file, status).length, 0);

if (process.argv[2] === 'again') {
  const failed = results.filter(({ status }) => status === 'failed').map(({ name }) => relative('.', name));
  if (failed.length <= MANY) console.log(failed.join('\n'));
} else {
  const status = Number(process.argv[2]);
  if (second.length > 0) console.log(`passed at the second run: ${second.join('; ')}`);
  console.log(`${count('passed')} passed, ${Math.max(count('failed'), status === 0 ? 0 : 1)} failed`);
}

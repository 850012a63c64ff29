import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './support/documents.ts';

type Status = 'passed' | 'failed' | 'skipped';
type Tests = Readonly<Record<string, Status>>;

/** What `.ci/reports.mjs` prints about runs of vitest, each with its files. */
function reports(word: string, ...runs: readonly Readonly<Record<string, Tests>>[]): string {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-ci-'));
  mkdirSync(join(place, '.results'));
  runs.forEach((files, i) => {
    const testResults = Object.entries(files).map(([file, tests]) => ({
      name: join(place, file),
      status: Object.values(tests).every((status) => status === 'passed') ? 'passed' : 'failed',
      assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
    }));
    writeFileSync(join(place, `.results/${i}.json`), JSON.stringify({ testResults }));
  });
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, '.ci/reports.mjs'), word], { cwd: place, encoding: 'utf8' });
  return stdout + stderr;
}
const unit: Readonly<Record<string, Tests>> = { 'a.test.ts': { a: 'passed', b: 'passed' } };

it('the last line of CI is the sum of all runs', () => {
  expect(reports('0', unit, { 'b.deep.test.ts': { c: 'passed' } })).toBe('3 passed, 0 failed\n');
  expect(reports('1', unit, { 'b.deep.test.ts': { c: 'failed', d: 'passed' } })).toBe('3 passed, 1 failed\n');
  expect(reports('2')).toBe('0 passed, 1 failed\n'); // a command before the tests has failed
  expect(reports('1', unit)).toBe('2 passed, 1 failed\n');
});

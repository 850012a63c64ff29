/** Any program is a trainer: scikit-learn's MLPClassifier on the digits, in Python, with `hypertide run`. Skipped without scikit-learn. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const hasSklearn = (python: string) => spawnSync(python, ['-c', 'import sklearn']).status === 0;
const python = ['python3', '/usr/bin/python3'].find(hasSklearn); // another Python may come before the system's

if (python === undefined) {
  console.log('skipped: no Python here has scikit-learn (Debian: apt-get install python3-sklearn)');
} else {
  const home = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const journal = join(home, 'digits.jsonl');
  const hypertide = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', path('../src/cli/main.ts'), ...args], { encoding: 'utf8', cwd: path('..') });
  const trainer = [python, path('./python/train_mlp.py')];
  const parameters = ['--units', '{units}', '--activation', '{activation}', '--alpha', '{alpha}', '--learning-rate', '{learning_rate}'];

  const run = hypertide('run', path('./python/study.yaml'), '--journal', journal, '--trials', '6', '--', ...trainer, ...parameters);
  console.log(run.stdout || run.stderr);
  const best = JSON.parse(hypertide('best', journal, '--json').stdout);
  const verified = hypertide('verify', journal);
  rmSync(home, { recursive: true });

  assert.equal(run.status, 0, run.stderr);
  assert.ok(best.values.value < 0.1, 'the best of six networks is wrong in less than a tenth of the images');
  assert.match(verified.stdout, /^6 suggestions recomputed, all equal/);
}

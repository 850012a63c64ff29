import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { directory, hypertide, start } from './support.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first block of code in a language that begins with a text, unchanged. */
function block(language: string, start: string): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, name, code]) => ({ name, code: code! }));
  return blocks.find(({ name, code }) => name === language && code.startsWith(start))!.code;
}

it("the README's first study runs unchanged, and early stopping saves at least 40 % of its epochs", async () => {
  const place = directory();
  writeFileSync(join(place, 'train.py'), block('python', '# train.py'));
  const file = block('yaml', '# study.yaml');
  writeFileSync(join(place, 'study.yaml'), file);
  const [program, ...args] = block('sh', 'hypertide run study.yaml --').trim().split(' ');
  expect(program).toBe('hypertide');

  const { code, err } = await start(place, ...args).ended;
  expect(code, err).toBe(0);
  expect(err).toMatch(/early stopping saved \d\d % of the training: \d+ of \d+ trials were stopped/);
  const { trials, epochs } = parse(file) as { trials: number; epochs: number };
  const logs = readdirSync(join(place, 'study.trials')).map((name) =>
    readFileSync(join(place, 'study.trials', name, 'attempt-1.log'), 'utf8'),
  );
  const trained = logs.map((log) => log.match(/^epoch=/gm)!.length);
  expect(trained).toHaveLength(trials);
  expect(trained.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(0.6 * trials * epochs);

  const rows = JSON.parse((await hypertide(place, 'trials', 'study.jsonl', '--json')).out) as { status: string; step: number }[];
  expect(rows.filter(({ status }) => status === 'stopped').length).toBeGreaterThan(trials / 2);
  const best = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out) as { step: number; values: { loss: number } };
  expect(best.step).toBe(epochs);
  expect(best.values.loss).toBeLessThan(0.05); // an untrained network has 0.5
});

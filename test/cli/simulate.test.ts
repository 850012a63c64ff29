import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectRefused, hypertide, studyIn } from './support.ts';

/** A study with a journal of 101 finished trials, the best of which is at 0.3. */
async function finished(more = ''): Promise<string> {
  const place = studyIn(more);
  const rows = Array.from({ length: 101 }, (_, i) => ({ params: { x: i / 100 }, value: Math.abs(i / 100 - 0.3), seconds: 2 }));
  writeFileSync(join(place, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  await hypertide(place, 'study', 'create', 'study.yaml', 'old.jsonl');
  expect(await hypertide(place, 'study', 'import', 'old.jsonl', 'rows.jsonl')).toMatchObject({ code: 0 });
  return place;
}

describe('hypertide dev simulate', () => {
  it('shows what strategies would have found', async () => {
    const place = await finished('trials: 20\nparallel: 4\n');
    const { code, out, err } = await hypertide(
      place,
      'dev',
      'simulate',
      'old.jsonl',
      'study.yaml',
      '--strategies',
      'random',
      '{ga: {population: 6}}',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^strategy +best after 1.25 s +best after 2.5 s +best after 5 s +best after 10 s +ends after +steps +busy\n/);
    expect(out).toMatch(/^random .* 10 s +20 +100 %$/m);
    expect(out).toMatch(/^\{ga: \{population: 6\}\} .* 10 s +20 +100 %$/m);
    expect(err).toBe('medians of 10 seeds with 4 trainers; 101 configurations are known, the best is 0\n');
  });

  it('takes the strategy of the file if none is named, and its limits', async () => {
    const place = await finished('strategy: sobol\ntrials: 600\n');
    const args = ['dev', 'simulate', 'old.jsonl', 'study.yaml', '--trainers', '200', '--seeds', '2', '--json'];
    const { code, out } = await hypertide(place, ...args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      strategy: '"sobol"',
      moments: [0.75, 1.5, 3, 6],
      values: [null, null, 0, 0],
      regrets: [null, null, 0, 0],
      seconds: 6,
      cost: 600,
      busy: 1,
    });
  });

  it('says that a limit of what trials spend does not end a simulated study', async () => {
    const place = await finished('trials: 5\nspend: { usd: 2 }\n');
    const { code, err } = await hypertide(place, 'dev', 'simulate', 'old.jsonl', 'study.yaml', '--strategies', 'random');
    expect(code).toBe(0);
    expect(err).toMatch(/^spend ends no simulated study.*\nmedians of /);
  });

  it.each([
    [['--strategies', 'randm'], /^hypertide: --strategies: got "randm"; did you mean random\? Expected one of .*\n$/],
    [['--seeds', '0'], /expected a whole number/],
  ])('reports in one line what is wrong with %j', async (words, message) => {
    const place = await finished();
    const { code, err } = await hypertide(place, 'dev', 'simulate', 'old.jsonl', 'study.yaml', ...words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('needs the objective of the study file, and a study file', async () => {
    const place = await finished();
    writeFileSync(join(place, 'other.yaml'), 'parameters: { x: { type: float, low: 0, high: 1 } }\nobjective: minimize loss\n');
    expectRefused(await hypertide(place, 'dev', 'simulate', 'old.jsonl', 'other.yaml'));
    expectRefused(await hypertide(place, 'dev', 'simulate', 'old.jsonl', 'old.jsonl'));
  });

  it('needs results', async () => {
    const place = await finished();
    await hypertide(place, 'study', 'create', 'study.yaml', 'new.jsonl');
    const { code, err } = await hypertide(place, 'dev', 'simulate', 'new.jsonl', 'study.yaml');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'hypertide: new.jsonl: nothing was recorded: no trial of the log fits the space and has a result\n',
    });
  });
});

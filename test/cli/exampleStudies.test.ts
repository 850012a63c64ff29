import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectRefused, hypertide, journalOf, studyIn } from './support.ts';

/** Runs a study of examples with a shell script as its program: $1 is x, $2 the path of the file with the examples. */
function run(place: string, script: string) {
  writeFileSync(join(place, 'names.txt'), '# questions\nq1\nq2\nq3\nq4\nq5\nq6\n');
  writeFileSync(join(place, 'score.sh'), script);
  const file = script.includes('$2') ? ['{examples}'] : [];
  return hypertide(place, 'run', 'study.yaml', '--', 'sh', join(place, 'score.sh'), '{x}', ...file);
}
const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);
const times = (text: string, part: string) => text.split(part).length - 1;
/** A value of x and the example between 0 and 2. */
const SCORE = 'for q in $(cat "$2"); do echo "example=$q loss=$(awk "BEGIN { print $1 + 0.1 * $(echo $q | tr -d q) }") usd=2"; done';

describe('a study of examples', () => {
  it('races a program that evaluates the examples that it is asked for', async () => {
    const place = studyIn('trials: 8\nexamples: names.txt\nobjective: minimize loss\n');
    const ended = await run(place, SCORE);
    expect(ended.code, ended.err).toBe(0);
    expect(of(place, 'created')[0]!.examples).toEqual({ count: 6, ids: ['q1', 'q2', 'q3', 'q4', 'q5', 'q6'] });
    const results = new Map<unknown, number[][]>();
    for (const { trial, results: some } of of(place, 'reported'))
      results.set(trial, [...(results.get(trial) ?? []), ...(some as number[][])]);
    for (const { trial, params, examples } of of(place, 'suggested')) {
      const { x } = params as { readonly x: number };
      const expected = (examples as readonly number[]).map((at) => [at, expect.closeTo(x + 0.1 * (at + 1), 4)]);
      expect(results.get(trial)).toEqual(expected.slice(0, results.get(trial)!.length));
    }
    expect(of(place, 'reported')[0]!.metrics).toEqual({ usd: 2 });
    expect(ended.err).not.toMatch(/did not ask for|without/);
    expect(ended.err).not.toMatch(/at step/); // the same number of results may be of other examples
    expect(ended.err).toMatch(/trial \d+ completed loss=\S+ on \d of 6 examples/);
    const best = /^loss [\d.]+ ± 0\.0[78]\d* \(all 6 examples\): trial/m; // the results differ by 0.1 from one example to the next: 0.187 / sqrt 6, and a little more or less by the spread of other trials
    expect(ended.out).toMatch(best);
    expect((await hypertide(place, 'best', 'study.jsonl')).out).toMatch(best);
    expect((await hypertide(place, 'study', 'verify', 'study.jsonl')).code).toBe(0);
    await hypertide(place, 'study', 'plot', 'study.jsonl', 'examples');
    expect(readFileSync(join(place, 'study-examples.html'), 'utf8')).toMatch(/<svg/);
  });

  it('has a best trial whose constraints hold on average, and says so if there is none', async () => {
    const place = studyIn('trials: 12\nexamples: names.txt\nobjective: maximize loss\n');
    const line =
      '"{\\"example\\": \\"$q\\", \\"loss\\": $1, \\"constraints\\": [$(awk "BEGIN { print $1 - LIMIT + 0.1 * $(echo $q | tr -d q) }")]}"';
    const script = `for q in $(cat "$2"); do echo ${line}; done`;
    const ended = await run(place, script.replace('LIMIT', '0.95')); // the mean of 0.1 to 0.6 is 0.35
    expect(ended.code, ended.err).toBe(0);
    const best = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out);
    expect(best).toMatchObject({ examples: 6, constraints: [expect.closeTo(best.params.x - 0.6, 3)] });
    expect(best.constraints[0]).toBeLessThanOrEqual(0);
    expect((await hypertide(place, 'why', 'study.jsonl')).out).toContain(`trial ${best.trial}`);
    expect((await hypertide(place, 'trial', 'list', 'study.jsonl')).out).toContain('infeasible');
    expect((await hypertide(place, 'study', 'verify', 'study.jsonl')).code).toBe(0);
    const none = studyIn('trials: 3\nexamples: names.txt\nobjective: maximize loss\n');
    await run(none, script.replace('LIMIT', '-1'));
    expect((await hypertide(none, 'best', 'study.jsonl')).out).toContain('every completed trial violates a constraint');
  });

  it('ends by what its examples cost, and continues after the change that it advises', async () => {
    const place = studyIn('examples: names.txt\nobjective: minimize loss\nspend: { usd: 20 }\n');
    const ended = await run(place, SCORE);
    expect(of(place, 'closed')).toMatchObject([{ reason: 'spend' }]);
    expect(ended.err).toContain('hypertide change study.jsonl --spend usd=40, then the same command');
    expect((await run(place, SCORE)).err).toContain('to continue: hypertide change study.jsonl --spend usd=40, then');
    for (const wrong of ['usd', 'usd=-1', '=1', 'usd=much'])
      expect(await hypertide(place, 'change', 'study.jsonl', '--spend', wrong)).toMatchObject({
        code: 2,
        err: expect.stringContaining('usd=10'),
      });
    const changed = await hypertide(place, 'change', 'study.jsonl', '--spend', 'usd=40', 'calls=1e6');
    expect(changed.err).toContain('spend usd 20 -> 40, spend calls none -> 1000000');
    await run(place, SCORE);
    const paid = of(place, 'reported').map(({ metrics }) => (metrics as { readonly usd: number }).usd);
    expect(paid.reduce((sum, usd) => sum + usd, 0)).toBeGreaterThanOrEqual(40);
    expect(of(place, 'closed')).toMatchObject([{ reason: 'spend' }, { reason: 'spend' }]);
  });

  it('takes the results of a program that ignores the file, and says so once', async () => {
    const place = studyIn('trials: 3\nexamples: names.txt\nobjective: minimize loss\n');
    const ended = await run(place, 'for i in 1 2 3 4 5 6; do echo "example=q$i loss=$1"; done');
    expect(ended.code, ended.err).toBe(0);
    expect(times(ended.err, 'HYPERTIDE_EXAMPLES_FILE')).toBe(1);
    expect(of(place, 'completed')[0]!.values).toEqual({ loss: expect.closeTo((of(place, 'suggested')[0]!.params as { x: number }).x, 4) });
  });

  it('refuses names that do not fit into a file of lines', async () => {
    const place = studyIn('trials: 3\nexamples: [q1, "q\\n2"]\n');
    expect(await run(place, SCORE)).toMatchObject({ code: 2, err: expect.stringContaining('"q\\n2"') });
  });

  it('says once that a program prints no results of examples', async () => {
    const place = studyIn('trials: 3\nexamples: names.txt\nobjective: minimize loss\n');
    const ended = await run(place, 'echo "loss=$1"');
    expect(ended.code, ended.err).toBe(0);
    expect(times(ended.err, '"example=q1 loss=0.41"')).toBe(1);
    expectRefused(await hypertide(place, 'study', 'plot', 'study.jsonl', 'examples'));
  });
});

describe('a study without examples', () => {
  it('refuses a command that passes the file of examples', async () => {
    const place = studyIn('trials: 3\n');
    expect(await run(place, 'cat $2; echo loss=$1')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\{examples\}: .*"examples: N"/),
    });
  });

  it('cannot get examples later', async () => {
    const place = studyIn('trials: 1\n');
    await run(place, 'echo loss=$1');
    studyIn('trials: 1\nexamples: 6\n', place);
    const refused = { code: 2, err: expect.stringMatching(/examples is absent in the log.*--journal/) };
    expect(await run(place, 'echo loss=$1')).toMatchObject(refused);
    expect(await run(place, SCORE)).toMatchObject(refused);
  });

  it('lists a few differences if the names of examples have changed', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `"question ${i}"`);
    const place = studyIn(`trials: 1\nexamples: [${names.join(', ')}]\n`);
    await run(place, 'echo loss=$1');
    studyIn(`trials: 1\nexamples: [${names.toReversed().join(', ')}]\n`, place);
    const { code, err } = await run(place, 'echo loss=$1');
    expect(code).toBe(2);
    expect(err).toMatch(/examples\.ids\.0 is "question 0" in the log, but "question 4999" here.*and 4992 more of examples/);
    expect(err.length).toBeLessThan(2000);
  });
});

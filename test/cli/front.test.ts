import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hypertide, studyIn } from './support.ts';

/** A study of two objectives with imported trials. */
async function studied(): Promise<string> {
  const place = studyIn('objectives:\n  loss: minimize\n  gain: maximize\n');
  const lines = [
    [0.1, 3, 1],
    [0.2, 4, 0],
    [0.3, 2, 0.5],
    [0.4, 3.5, 0.7],
  ].map(([x, loss, gain]) => JSON.stringify({ params: { x }, values: { loss, gain } }));
  writeFileSync(join(place, 'done.jsonl'), lines.join('\n'));
  await hypertide(place, 'study', 'import', 'study.yaml', 'done.jsonl');
  return place;
}

describe('with several objectives', () => {
  it('best shows the front and its hypervolume', async () => {
    const place = await studied();
    const { out, err, code } = await hypertide(place, 'best', 'study.jsonl');
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Number.parseInt(line, 10)),
    ).toEqual([3, 1]);
    expect(err).toContain('hypervolume 1.5, from loss 4, gain 0 (the worst so far)\n');
    const one = await hypertide(place, 'best', 'study.jsonl', '--json', '-n', '1');
    expect(JSON.parse(one.out)).toMatchObject({ rows: { length: 1 }, verdict: 'continue', reason: 'few-results' });
  });

  it('trials and exports mark the trials on the front', async () => {
    const place = await studied();
    const rows = JSON.parse((await hypertide(place, 'trials', 'study.jsonl', '--json')).out);
    expect(rows.map(({ front }: { front: boolean }) => front)).toEqual([true, false, true, false]);
    const [head, first] = (await hypertide(place, 'export', 'study.jsonl', '--format', 'csv')).out.split('\r\n');
    expect(first!.split(',')[head!.split(',').indexOf('front')]).toBe('true');
  });

  it('best refuses to recommend one trial of several objectives', async () => {
    const { err, code } = await hypertide(await studied(), 'best', 'study.jsonl', '--recommended');
    expect(err).toContain('--recommended needs a study with one objective');
    expect(code).toBe(2);
  });
});

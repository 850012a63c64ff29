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
  await hypertide(place, 'import', 'done.jsonl', '--journal', 'study.jsonl', '--study', 'study.yaml');
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
    expect(err).toBe('hypervolume 1.5, from loss 4, gain 0 (the worst so far)\n');
    const given = await hypertide(place, 'best', 'study.jsonl', '--json', '--reference', 'loss=5', 'gain=-1');
    expect(JSON.parse(given.out)).toMatchObject({
      rows: [{ trial: 3 }, { trial: 1 }],
      reference: { loss: 5, gain: -1 },
      hypervolume: 5.5,
    });
    const one = await hypertide(place, 'best', 'study.jsonl', '--json', '-n', '1');
    expect(JSON.parse(one.out).rows).toHaveLength(1);
  });

  it('trials and exports mark the trials on the front', async () => {
    const place = await studied();
    const rows = JSON.parse((await hypertide(place, 'trials', 'study.jsonl', '--json')).out);
    expect(rows.map(({ front }: { front: boolean }) => front)).toEqual([true, false, true, false]);
    const [head, first] = (await hypertide(place, 'export', 'study.jsonl', '--format', 'csv')).out.split('\r\n');
    expect(first!.split(',')[head!.split(',').indexOf('front')]).toBe('true');
  });

  it.each([['loss'], ['loss='], ['loss=x'], ['=1']])('best refuses --reference %s', async (word) => {
    const { code, err } = await hypertide(await studied(), 'best', 'study.jsonl', '--reference', word);
    expect(code).toBe(2);
    expect(err).toContain(`--reference ${word}: expected name=number`);
  });

  it('best refuses to recommend one trial of several objectives', async () => {
    const { err, code } = await hypertide(await studied(), 'best', 'study.jsonl', '--recommended');
    expect(err).toContain('--recommended needs a study with one objective');
    expect(code).toBe(2);
  });

  it('best refuses a reference that leaves an objective out', async () => {
    const { code, err } = await hypertide(await studied(), 'best', 'study.jsonl', '--reference', 'loss=5');
    expect(code).toBe(2);
    expect(err).toContain('pareto.reference.gain: expected a finite number');
  });
});

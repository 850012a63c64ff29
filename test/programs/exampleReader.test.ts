import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricRows } from '../../src/programs/metricRows.ts';
import { type OutputOptions, outputReader } from '../../src/programs/outputReader.ts';
import type { PrintedExample } from '../../src/programs/structuredLine.ts';
import { sh, start } from './support.ts';

const NAMES = ['q1', 'q2', '007', 'a b'];

function eventsOf(lines: readonly string[], listening: Partial<OutputOptions> = {}) {
  const reader = outputReader({ objectives: ['score'], examples: NAMES, ...listening });
  const events = lines.flatMap((line) => reader.line(line));
  return { events, end: reader.end(false), noResult: reader.noResult() };
}
const example = (place: number, score: number, more: object = {}) => ({
  type: 'example',
  result: { example: place, values: { score }, ...more },
});

describe('a line with an example', () => {
  it('is its result, whose other numbers are metrics', () => {
    const lines = [
      'example=q2 score=1 usd=.0004 step=3',
      'example=007, score=0.5',
      '{"example": "a b", "values": {"score": 0}, "metrics": {"usd": 2}, "tokens": 7, "checkpoint": "x"}',
      'score=0.75',
    ];
    expect(eventsOf(lines)).toMatchObject({
      events: [
        example(1, 1, { metrics: { usd: 0.0004 } }),
        example(2, 0.5),
        { ...example(3, 0, { metrics: { tokens: 7, usd: 2 } }), checkpoint: 'x' },
        { type: 'result', result: { values: { score: 0.75 } } },
      ],
      end: [],
    });
  });

  it('may name it with blanks, commas and quotes', () => {
    const lines = ['example=What is 2 + 2? score=1, usd=2', "example='Paris, France' score=0", 'example=x=1 score=0.5', 'example=q1'];
    const { events } = eventsOf(lines, { examples: ['What is 2 + 2?', 'Paris, France', 'x=1', 'q1'] });
    expect(events).toEqual([example(0, 1, { metrics: { usd: 2 } }), example(1, 0), example(2, 0.5)]);
  });

  it('names it by its place if the study has only their number', () => {
    const { events } = eventsOf(['{"example": 19, "score": 1}', 'example=0 score=0', 'example=20 score=1', 'example=x score=1'], {
      examples: 20,
    });
    expect(events).toMatchObject([example(19, 1), example(0, 0), { type: 'refused' }, { type: 'refused' }]);
  });

  it('does not count if the study has no such example; the warning has the first names', () => {
    const { events, noResult } = eventsOf(['example=7 score=1']);
    expect(events).toEqual([
      { type: 'refused', message: expect.stringMatching(/example 7 .*q1, q2, 007 and 1 more/), topic: 'unknown example' },
    ]);
    expect(noResult).toContain('example 7');
  });

  it('in JSON, may have constraints; a line with wrong ones does not count, since the mean would lack it', () => {
    expect(
      eventsOf([
        '{"example":"q1","score":1,"constraints":[0.5,-1]}',
        '{"example":"q2","score":1,"constraints":[]}',
        '{"example":"q2","score":1,"constraints":0.5}',
        '{"example":"q2","score":1,"constraints":[NaN]}',
        '{"example":"q2","score":1,"constraints":["1"]}',
      ]).events,
    ).toEqual([
      example(0, 1, { constraints: [0.5, -1] }),
      example(1, 1, { constraints: [] }),
      ...Array(3).fill({ type: 'refused', message: expect.stringMatching(/example q2: .*constraints/) }),
    ]);
    expect(eventsOf(metricRows('{"example":"q1","score":1,"constraints":[2]}').map(({ line }) => line)).events).toMatchObject([
      example(0, 1, { constraints: [2] }),
    ]);
  });

  it('is passed over if its value is not finite', () => {
    expect(eventsOf(['example=q1 score=nan']).events).toEqual([
      { type: 'non-finite', example: 0, message: expect.stringContaining('example q1') },
    ]);
  });

  it('settles the name of the value when the next example comes', () => {
    const { events, end } = eventsOf(['example=q1 score=1 loss=3', 'example=q2 score=0 loss=4', 'example=007 score=0 loss=4'], {
      objectives: ['value'],
      direction: 'maximize',
    });
    const values = events.map(
      (event) => event.type === 'example' && [event.result.example, event.result.values.value, event.result.metric],
    );
    expect(values).toEqual([
      [0, 1, 'score'],
      [1, 0, undefined],
      [2, 0, undefined],
    ]);
    expect(end).toEqual([]);
  });

  it('is a row of a file of metrics', () => {
    const lines = metricRows('example,score,model\n007,1,gpt\nq1,0,gpt\n').map(({ line }) => line);
    expect(eventsOf(lines).events).toMatchObject([example(2, 1), example(0, 0)]);
    expect(eventsOf(metricRows('{"example":"q1","score":1}\n{"example":"q2","score":0}').map(({ line }) => line)).events).toMatchObject([
      example(0, 1),
      example(1, 0),
    ]);
  });

  it('shows how to print one if there is no result', () => {
    expect(eventsOf(['hello']).noResult).toContain('"example=q1 score=');
  });
});

describe('values without a step', () => {
  const advice = (lines: readonly string[], listening: Partial<OutputOptions> = {}) => {
    const reader = outputReader({ objectives: ['score'], ...listening });
    for (const line of lines) reader.line(line.replace(/\r$/, ''), line.endsWith('\r'));
    return reader.end(false).flatMap((event) => (event.type === 'refused' && event.topic ? [event.message] : []));
  };
  const twenty = (line: (i: number) => string) => Array.from({ length: 20 }, (_, i) => line(i));

  it('are counted, and a step or the key examples is proposed', () => {
    for (const line of [(i: number) => `score=${i}`, (i: number) => `{"score": ${i}}`, (i: number) => `question ${i}: score: 0.${i}`])
      expect(advice(twenty(line))).toEqual([expect.stringMatching(/20 values of score.*"epoch=3 score=0\.41".*"examples: 20"/)]);
  });

  it('with the names of examples make it propose these', () => {
    expect(advice(twenty((i) => `example=${i} score=1`))).toEqual([expect.stringContaining('"examples: 20"')]);
    expect(advice(twenty((i) => `example=q${i} score=1`))).toEqual([expect.stringContaining('"examples: FILE"')]);
    expect(advice(['example=q1 score=1', 'score=1'])).toHaveLength(1);
  });

  it.each<[string, readonly string[], Partial<OutputOptions>]>([
    ['are two', ['score=1', 'score=2'], {}],
    ['end with a summary', [...twenty((i) => `score=${i} fold=${i}`), 'score=0.5'], {}],
    ['have steps elsewhere', ['epoch=1 score=1', ...twenty(() => '{"score": 1}')], {}],
    ['are those of a progress bar', twenty((i) => `${i * 5}%|##   | ${i}/20 [00:01<00:05, score=0.${i}]\r`), {}],
    ['are all meant, as the best one counts', twenty((i) => `score=${i}`), { result: 'best' }],
    ['are results of the examples of the study', twenty((i) => `example=${i} score=${i}`), { examples: 20 }],
  ])('are not mentioned if they %s', (_, lines, listening) => {
    expect(advice(lines, listening)).toEqual([]);
  });
});

describe('a program with examples', () => {
  const run = (script: string, more: Parameters<typeof sh>[2] = {}) => {
    const results: PrintedExample[] = [];
    const running = sh(script, { examples: NAMES, onExample: (result) => results.push(result) }, more);
    return { ...running, results };
  };

  it('completes with the mean of their results, without a last line', async () => {
    const { done, results } = run('echo example=q1 loss=1; echo example=q2 loss=2; echo example=007 loss=nan');
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1.5 } });
    expect(results).toEqual([
      { example: 0, values: { loss: 1 } },
      { example: 1, values: { loss: 2 } },
    ]);
    expect(await run('echo example=q1 loss=1; echo loss=nan').done).toMatchObject({ type: 'completed', values: { loss: 1 } });
  });

  it('fails if no result is finite, if three in a row are not, or if its examples are unknown', async () => {
    expect(await run('echo example=q1 loss=nan').done).toMatchObject({ type: 'failed', reason: 'non-finite' });
    const { done, results } = run('echo example=q1 loss=1; for i in 1 2 3; do echo example=q2 loss=nan; done; sleep 20');
    expect(await done).toMatchObject({ type: 'failed', reason: 'non-finite' });
    expect(results).toHaveLength(1);
    const unknown = run('echo example=zz loss=1');
    expect(await unknown.done).toMatchObject({ type: 'failed', reason: 'no-result', message: expect.stringContaining('example zz') });
    expect(unknown.warnings).toHaveLength(1);
  });

  it('is stopped with the number of its results', async () => {
    let stop = () => {};
    const { done, ...running } = sh('echo example=q1 loss=1; echo example=q2 loss=1; sleep 20', {
      examples: NAMES,
      onExample: ({ example }) => example === 1 && stop(),
    });
    stop = running.stop;
    expect(await done).toEqual({ type: 'stopped', step: 2 });
  });

  it('gets a file with the names of those to evaluate, in their order', async () => {
    const place = mkdtempSync(join(tmpdir(), 'hypertide-examples-'));
    const at = join(place, 'new', 'names.txt');
    const { done, ...more } = start(
      [
        'sh',
        '-c',
        'for q in $(cat "$1"); do echo example=$q loss=1; done; cmp "$1" "$HYPERTIDE_EXAMPLES_FILE" && test -z "$HYPERTIDE_EXAMPLES"',
        '-',
        '{examples}',
      ],
      { examples: NAMES },
      { examples: ['007', 'q1'], paths: { examples: at } },
    );
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    expect(more.warnings).toEqual([]);
    expect(readFileSync(at, 'utf8')).toBe('007\nq1\n');
  });
});

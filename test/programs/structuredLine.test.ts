import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputReader, splitLines } from '../../src/programs/outputReader.ts';
import type { OutputEvent } from '../../src/programs/structuredLine.ts';
import { runs } from '../support/runs.ts';

/** What is read from a program's only line. */
function parseLine(text: string, objectives: readonly string[]): OutputEvent | { readonly type: 'text' } {
  const reader = outputReader({ objectives });
  return [...reader.line(text), ...reader.end(false)][0] ?? { type: 'text' };
}
const one = (line: string) => parseLine(line, ['loss']);
const two = (line: string) => parseLine(line, ['loss', 'acc']);
const report = (step: number, values: object, metrics?: object) => ({
  type: 'report',
  report: { step, values, ...(metrics && { metrics }) },
});
const result = (values: object, more: object = {}) => ({ type: 'result', result: { values, ...more } });
const text = { type: 'text' };

describe('a line', () => {
  it.each([
    ['{"step":3,"value":0.1}', report(3, { loss: 0.1 })],
    [
      '  {"step": 0, "values": {"loss": -1e-3}, "metrics": {"lr": 0.01, "note": "x", "bad": null}}\r',
      report(0, { loss: -1e-3 }, { lr: 0.01 }),
    ],
    ['{"step":3,"values":{"loss":1,"acc":0.5}}', report(3, { loss: 1 }, { acc: 0.5 })],
    ['{"step":3,"loss":0.1,"acc":0.5}', report(3, { loss: 0.1 }, { acc: 0.5 })],
    ['step=3 loss=0.2', report(3, { loss: 0.2 })],
    ['step=3, loss=.2, acc=1e-1, who=me', report(3, { loss: 0.2 }, { acc: 0.1 })],
    ['loss=+2.,step=10', report(10, { loss: 2 })],
    ['step=1 value=4', report(1, { loss: 4 })],
  ])('%s is a report', (line, expected) => expect(one(line)).toEqual(expected));

  it.each([
    ['{"value":0.1}', result({ loss: 0.1 })],
    ['{"loss":1}', result({ loss: 1 })],
    ['loss=0.25', result({ loss: 0.25 })],
    ['loss=1 time=3.5', result({ loss: 1 }, { metrics: { time: 3.5 } })],
    [
      '{"value":1,"gradient":{"lr":2},"stderr":0.1,"constraints":[-1,0]}',
      result({ loss: 1 }, { gradient: { loss: { lr: 2 } }, stderr: { loss: 0.1 }, constraints: [-1, 0] }),
    ],
    [
      '{"value":1,"gradient":{"loss":{"lr":2}},"stderr":{"loss":0.1}}',
      result({ loss: 1 }, { gradient: { loss: { lr: 2 } }, stderr: { loss: 0.1 } }),
    ],
    ['{"value":1,"checkpoint":"a"}', { ...result({ loss: 1 }), checkpoint: 'a' }],
  ])('%s is a result', (line, expected) => expect(one(line)).toEqual(expected));

  it('has several objectives if all are present', () => {
    expect(two('loss=1 acc=0.5')).toEqual(result({ loss: 1, acc: 0.5 }));
    expect(two('{"values":{"acc":0.5,"loss":1}}')).toEqual(result({ loss: 1, acc: 0.5 }));
    expect(two('step=2 loss=1')).toEqual({ type: 'refused', message: 'the report of step 2: expected a number for acc, got nothing' });
  });

  it('accepts an objective that is called value', () => {
    expect(parseLine('{"values":{"cost":1,"value":2}}', ['cost', 'value'])).toEqual(result({ cost: 1, value: 2 }));
  });

  it.each([
    'loss=nan',
    'loss=-inf',
    'loss=None',
    '{"value":NaN}',
    '{"value":-Infinity}',
    '{"value":null}',
    '{"value":1e999}',
    '{"loss":Infinity,"note":"NaN \\" Infinity"}',
  ])('%s is a result that is not finite', (line) =>
    expect(one(line)).toEqual({ type: 'non-finite', message: 'the result: loss is not finite' }),
  );

  it('is a report that is not finite if it has a step', () => {
    expect(one('step=4 loss=NaN')).toEqual({ type: 'non-finite', step: 4, message: 'the report of step 4: loss is not finite' });
  });

  it.each([
    ['step=-1 loss=1', 'the report of step -1: expected a step that is a whole number from 0 on'],
    ['{"step":1.5,"value":1}', 'the report of step 1.5: expected a step'],
    ['{"step":null,"value":1}', 'the report of step null: expected a step'],
    ['loss=mse', 'the result: expected a number for loss, got "mse"'],
    ['{"value":"1"}', 'the result: expected a number for loss, got "1"'],
  ])('%s is refused', (line, message) => expect(one(line)).toEqual({ type: 'refused', message: expect.stringContaining(message) }));

  it('leaves out other wrong fields, with a warning', () => {
    expect(one('{"value":1,"gradient":{"lr":NaN},"stderr":"x","constraints":[null]}')).toEqual({
      ...result({ loss: 1 }),
      warning: 'the result: gradient, stderr, constraints ignored: expected finite numbers',
    });
    expect(one('{"value":1,"metrics":{"note":"abc","size":3,"gap":null}}')).toEqual({
      ...result({ loss: 1 }, { metrics: { size: 3 } }),
      warning: 'the result: metrics.note ignored: expected finite numbers',
    });
  });

  it('names a checkpoint, or declares the configuration infeasible', () => {
    expect(one('{"checkpoint":"epoch-3.pt"}')).toEqual({ type: 'checkpoint', checkpoint: 'epoch-3.pt' });
    expect(one('{"step":1,"value":2,"checkpoint":"e1"}')).toEqual({ ...report(1, { loss: 2 }), checkpoint: 'e1' });
    expect(one('{"infeasible":"needs 90 GB"}')).toEqual({ type: 'infeasible', message: 'needs 90 GB' });
    expect(one('{"infeasible":true}')).toEqual({ type: 'infeasible', message: 'reported by the program' });
    expect(one('{"infeasible":false}')).toEqual(text);
  });

  it.each([
    '',
    'loss of 0.2',
    'lr=0.1 epochs=3',
    'step=3',
    'step=3 acc=0.5',
    '{"epoch":3}',
    '{"step":3}',
    '{}',
    '[1]',
    '0.5',
    'null',
    '{"value":1',
    'loss=',
    '=1',
    'a==b',
    '{"checkpoint":3}',
    '{"values":3}',
    '{"__proto__":{"loss":1}}',
    'constructor=1',
    '==',
    '{NaN}',
  ])('%j is text', (line) => expect(one(line)).toEqual(text));

  it('never throws, and gives only finite numbers', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('loss=', 'step=', '{"value":', '{"step":3,"values":{', '}', ',', ' ', 'NaN', '1e999', 'null', '"', '-5'),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const line = two(pieces.join(''));
        if (line.type === 'result') expect(Object.values(line.result.values).every(Number.isFinite)).toBe(true);
        if (line.type === 'report') expect(Number.isSafeInteger(line.report.step)).toBe(true);
      }),
      { numRuns: runs(3000), seed: 1 },
    );
  });
});

describe('bytes', () => {
  const linesOf = (...pieces: Buffer[]) => {
    const lines: string[] = [];
    const splitter = splitLines((line) => lines.push(line));
    for (const piece of pieces) splitter.push(piece);
    splitter.end();
    return lines;
  };

  it('become the same lines wherever they are split', () => {
    const whole = Buffer.from('a=1\r\n\n 漢字 😀\r50%\r100%\rloss=1\nno end');
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(linesOf(whole.subarray(0, cut), whole.subarray(cut))).toEqual(['a=1', ' 漢字 😀', '50%', '100%', 'loss=1', 'no end']);
    }
    expect(linesOf(...[...whole].map((byte) => Buffer.from([byte])))).toHaveLength(6);
  });

  it('are cut off after 1 MiB of a line', () => {
    const megabytes = Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024 + 1, 'x'));
    const [long, next] = linesOf(...megabytes, Buffer.from('\nloss=1\n'));
    expect(long).toBe('x'.repeat(1024 * 1024));
    expect(next).toBe('loss=1');
  });

  it('need not be text', () => {
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256));
    expect(linesOf(noise, Buffer.from('\nloss=1')).at(-1)).toBe('loss=1');
  });
});

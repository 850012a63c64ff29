import fs, { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { metricFile } from '../../src/programs/metricFile.ts';
import { metricRows } from '../../src/programs/metricRows.ts';
import { outputReader } from '../../src/programs/outputReader.ts';

const lines = (text: string) => metricRows(text).map(({ line }) => line);

/** A file, and the lines that were read from it. */
function open(before?: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-metrics-')), 'metrics');
  if (before !== undefined) writeFileSync(path, before);
  const taken: string[] = [];
  const warnings: string[] = [];
  const file = metricFile(
    path,
    ({ line }) => taken.push(line),
    (message) => warnings.push(message),
  );
  return { path, file, taken, warnings };
}

it('reads a JSON object over several lines, with names of nested numbers', () => {
  const dvclive = '{\n  "train": {"loss": 0.5},\n  "val": {"loss": 0.4, "note": "x"},\n  "step": 3,\n  "lr": NaN\n}\n';
  expect(lines(dvclive)).toEqual(['{"step":3,"values":{"train/loss":0.5,"val/loss":0.4,"lr":NaN}}']);
  expect(lines('{\n  "train": {"loss": 0.5},\n  "va')).toEqual([]); // incomplete so far
  expect(lines('[1, 2]')).toEqual([]);
});

it('reads JSON lines, and leaves out what is not complete', () => {
  expect(lines('{"iteration":19,"total_loss":0.9}\n{"iteration":39,"total_loss":0.8}\n{"iter')).toEqual([
    '{"iteration":19,"values":{"total_loss":0.9}}',
    '{"iteration":39,"values":{"total_loss":0.8}}',
  ]);
  expect(lines('{"checkpoint":"a.pt","values":{"value":1}}')).toEqual(['{"checkpoint":"a.pt","values":{"value":1}}']);
});

it('reads tables with commas, semicolons and tabs', () => {
  const rows = ['{"epoch":0,"values":{"accuracy":0.5,"val_loss":0.7}}', '{"epoch":1,"values":{"accuracy":0.6,"val_loss":NaN}}'];
  for (const mark of [',', ';', '\t'])
    expect(lines(`epoch,accuracy,val_loss,note\n0,0.5,0.7,a\n1,0.6,nan,\n2,0.7,0`.replaceAll(',', mark))).toEqual(rows);
});

it('takes the coarsest step of a table, and waits for the end of it', () => {
  // as CSVLogger of Lightning 2.6.2 wrote it for the output lightning-rich.txt
  const table =
    'epoch,step,train_loss,val_loss\n0,4,0.9517307281494141,\n0,9,0.878023087978363,\n0,9,,0.6083022952079773\n1,14,0.09876656532287598,\n1,19,0.08312846720218658,\n1,19,,0.06718377023935318\n';
  expect(metricRows(table)[2]).toEqual({ line: '{"epoch":0,"values":{"val_loss":0.6083022952079773}}', unfinished: true });
  const reader = outputReader({ objectives: ['val_loss'] });
  const heard = metricRows(table).map(({ line, unfinished }) => reader.line(line, unfinished));
  expect(heard.flat()).toEqual([{ type: 'report', report: { step: 0, values: { val_loss: 0.6083022952079773 } } }]);
  expect(reader.end(false)).toEqual([{ type: 'report', report: { step: 1, values: { val_loss: 0.06718377023935318 } } }]);
});

it('reads the column Value of a download from TensorBoard as the value', () => {
  const reader = outputReader({ objectives: ['val_loss'] });
  const [row] = metricRows('Wall time,Step,Value\n1700000000.5,3,0.25\n');
  expect(reader.line(row!.line)).toEqual([
    { type: 'report', report: { step: 3, values: { val_loss: 0.25 }, metrics: { 'Wall time': 1700000000.5 } } },
  ]);
});

it('takes each row once while the file grows', () => {
  const { path, file, taken } = open();
  file.poll();
  writeFileSync(path, 'epoch,loss\n1,0.5\n2,0.');
  file.poll();
  expect(taken).toEqual(['{"epoch":1,"values":{"loss":0.5}}']);
  appendFileSync(path, '4\n');
  file.poll();
  file.poll();
  expect(taken.slice(1)).toEqual(['{"epoch":2,"values":{"loss":0.4}}']);
  writeFileSync(path, 'epoch,loss,acc\n1,0.5,\n2,0.4,\n3,0.3,0.9\n'); // Lightning rewrites the file when it gets a new column
  file.end();
  expect(taken.slice(2)).toEqual(['{"epoch":3,"values":{"loss":0.3,"acc":0.9}}']);
});

it('reads no row twice while the file is rewritten', () => {
  const { path, file, taken } = open();
  const table = 'epoch,loss\n1,0.5\n2,0.4\n';
  writeFileSync(path, table);
  file.poll();
  for (const length of [0, 5, 17]) {
    writeFileSync(path, table.slice(0, length));
    file.poll();
    writeFileSync(path, table);
    file.poll();
  }
  writeFileSync(path, `${table}3,0.3\n`);
  file.end();
  expect(taken.slice(2)).toEqual(['{"epoch":3,"values":{"loss":0.3}}']);
});

it('reads a table of more than 16 MiB, and of it only what was appended', () => {
  const { path, file, taken, warnings } = open();
  const note = 'x'.repeat(100_000);
  writeFileSync(path, `epoch,loss,note\n${Array.from({ length: 200 }, (_, i) => `${i},0.5,${note}\n`).join('')}`);
  file.poll();
  expect(taken).toHaveLength(200);
  let bytes = 0;
  const { readSync } = fs;
  const counted = vi.spyOn(fs, 'readSync').mockImplementation((...args: readonly unknown[]) => {
    const count = Reflect.apply(readSync, fs, args);
    bytes += count;
    return count;
  });
  syncBuiltinESMExports();
  appendFileSync(path, '200,0.4,\n201,0.3');
  file.poll();
  appendFileSync(path, ',\n');
  file.end();
  counted.mockRestore();
  syncBuiltinESMExports();
  expect(taken.slice(200)).toEqual(['{"epoch":200,"values":{"loss":0.4}}', '{"epoch":201,"values":{"loss":0.3}}']);
  expect(bytes).toBeGreaterThan(20);
  expect(bytes).toBeLessThan(20_000);
  expect(warnings).toEqual([]);
});

it('reads JSON lines as they are appended, and a cell over several lines', () => {
  const lines = open();
  for (const part of ['{"step":1,"loss":0.5}', '\n{"step":2,"loss":0.4}\n', 'a word\n{"step":3,', '"loss":0.3}\n']) {
    appendFileSync(lines.path, part);
    lines.file.poll();
  }
  lines.file.end();
  expect(lines.taken).toEqual([1, 2, 3].map((step) => `{"step":${step},"values":{"loss":${(6 - step) / 10}}}`));

  const table = open();
  for (const part of ['epoch,loss,note\n1,0.5,"a\n', 'b"\n2,0.4,c\n']) {
    appendFileSync(table.path, part);
    table.file.poll();
  }
  expect(table.taken).toEqual(['{"epoch":1,"values":{"loss":0.5}}', '{"epoch":2,"values":{"loss":0.4}}']);
});

it('reads an object up to a size limit, and warns beyond it', () => {
  const { path, file, taken, warnings } = open();
  writeFileSync(path, `{\n  "loss": 0.5,\n  "note": "${'x'.repeat(17 * 1024 * 1024)}"\n}\n`);
  file.poll();
  file.end();
  expect(taken).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/: it is neither a table nor JSON lines, and larger than 16 MiB: it is not read$/)]);
});

it('takes an object each time it changes', () => {
  const { path, file, taken } = open();
  for (const loss of [0.5, 0.5, 0.4]) {
    writeFileSync(path, `{"loss": ${loss}}`);
    file.poll();
  }
  file.end();
  expect(taken).toEqual(['{"values":{"loss":0.5}}', '{"values":{"loss":0.4}}']);
});

it('leaves out what an earlier attempt wrote', () => {
  const { path, file, taken } = open('epoch,loss\n1,0.5\n');
  file.poll();
  expect(taken).toEqual([]);
  appendFileSync(path, '2,0.4\n');
  file.end();
  expect(taken).toEqual(['{"epoch":2,"values":{"loss":0.4}}']);
});

it('reads what is written again, even if it is the same', () => {
  const begun = open('epoch,loss\n1,0.5\n');
  truncateSync(begun.path);
  begun.file.poll();
  writeFileSync(begun.path, 'epoch,loss\n1,0.5\n');
  begun.file.poll();
  expect(begun.taken).toEqual(['{"epoch":1,"values":{"loss":0.5}}']);

  const same = open('{"loss": 0.5}');
  rmSync(same.path);
  writeFileSync(same.path, '{"loss": 0.5}\n');
  same.file.end();
  expect(same.taken).toEqual(['{"values":{"loss":0.5}}']);

  const untouched = open('{"loss": 0.5}');
  untouched.file.end();
  expect(untouched.taken).toEqual([]);
});

it('warns once that a file cannot be read', () => {
  const { path, file, warnings } = open();
  rmSync(path, { force: true });
  const folder = open();
  const blocked = metricFile(
    join(folder.path, '..'),
    () => {},
    (message) => warnings.push(message),
  );
  blocked.poll();
  blocked.end();
  file.end();
  expect(warnings).toEqual([expect.stringMatching(/: it cannot be read: EISDIR/)]);
});

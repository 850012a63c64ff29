// npx tsx tools/bench: what the engine costs, each figure next to its target. Nothing is asserted: figures depend on the machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../../src/numeric/averages.ts';
import { memoryLog } from '../../streams/core.ts';
import { random } from '../../streams/index.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { breeding } from './breeding.ts';
import { bytesPerTrial } from './memory.ts';
import { history, perFact, replay, strategies } from './overhead.ts';

const few = 1000;
const many = 100_000;

const rows: { readonly figure: string; readonly got: number; readonly target: number; readonly unit: string }[] = [];
const note = (figure: string, got: number, target: number, unit: string) => {
  rows.push({ figure, got, target, unit });
  console.error(`${figure}: ${got.toPrecision(3)} ${unit}`); // it takes a minute: show progress
};

const times = (n: number, measure: () => number): number[] => Array.from({ length: n }, measure);
/** The least: other load on the machine can only make a time longer. */
const least = (n: number, measure: () => number): number => Math.min(...times(n, measure));

for (const [name, make] of Object.entries(strategies)) {
  perFact(make(), many / 2); // warm up
  const small = least(20, () => perFact(make(), few));
  const large = least(3, () => perFact(make(), many));
  note(`${name}: overhead at ${few} trials`, small, 15, 'us a fact');
  note(`${name}: overhead at ${many} trials`, large, 15, 'us a fact');
  note(`${name}: growth between them`, 1 + Math.log(large / small) / Math.log(many / few), 1.05, 'exponent');
}
for (const trials of [many, few]) {
  note(
    `ga: breeding alone, at ${trials} trials`,
    least(5, () => breeding(trials)),
    Number.NaN,
    'us a fact',
  );
}
for (const [name, make] of Object.entries(strategies)) {
  const lines = history(make(), many).map((entry) => JSON.stringify(entry));
  note(`${name}: replay of ${many} trials`, replay(make(), lines), 3, 's');
}

const folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
const onJournal = () => openJournal(join(folder, `${rows.length}.jsonl`), { fsync: 'never' });
for (const [name, make] of Object.entries(strategies)) {
  note(`${name}: heap on a journal`, await bytesPerTrial(make(), 20_000, onJournal), 500, 'bytes a trial');
}
// Here the log with all its facts is in memory too.
note('random: heap with the log in memory', await bytesPerTrial(random(), 20_000, async () => memoryLog()), Number.NaN, 'bytes a trial');
rmSync(folder, { recursive: true });

const importing = "const start = performance.now(); await import('hypertide'); console.log(performance.now() - start)";
const importTime = () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', importing], { encoding: 'utf8' }));
note("import 'hypertide' in a fresh process", median(times(10, importTime)), 150, 'ms');

const shown = (x: number) => Number(x.toPrecision(3));
const rating = ({ got, target }: (typeof rows)[number]) => (Number.isNaN(target) ? '' : got <= target ? 'met' : 'missed');
console.table(
  Object.fromEntries(
    rows.map((row) => [
      row.figure,
      { got: shown(row.got), 'at most': Number.isNaN(row.target) ? '' : row.target, unit: row.unit, '': rating(row) },
    ]),
  ),
);

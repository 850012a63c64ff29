// npx tsx tools/bench: what the engine costs, each figure next to its target. Nothing is asserted: figures depend on the machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../../src/numeric/averages.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { judge, printVerdicts } from './measure.ts';
import { bytesPerTrial } from './memory.ts';
import { history, perFact, replay, strategies } from './overhead.ts';

const few = 1000;
const many = 100_000;

const times = (n: number, measure: () => number): number[] => Array.from({ length: n }, measure);
/** The least: other load on the machine can only make a time longer. */
const least = (n: number, measure: () => number): number => Math.min(...times(n, measure));

for (const [name, make] of Object.entries(strategies)) {
  perFact(make(), many / 2); // warm up
  const small = least(20, () => perFact(make(), few));
  const large = least(3, () => perFact(make(), many));
  judge(`${name}: overhead at ${few} trials`, small, 15, 'us a fact');
  judge(`${name}: overhead at ${many} trials`, large, 15, 'us a fact');
  judge(`${name}: growth between them`, 1 + Math.log(large / small) / Math.log(many / few), 1.05, 'exponent');
}
for (const [name, make] of Object.entries(strategies)) {
  const lines = history(make(), many).map((entry) => JSON.stringify(entry));
  judge(`${name}: replay of ${many} trials`, replay(make(), lines), 3, 's');
}

const folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
for (const [name, make] of Object.entries(strategies)) {
  judge(
    `${name}: heap on a journal`,
    await bytesPerTrial(make(), 20_000, () => openJournal(join(folder, `${name}.jsonl`), { fsync: 'never' })),
    500,
    'bytes a trial',
  );
}
rmSync(folder, { recursive: true });

const importing = "const start = performance.now(); await import('hypertide'); console.log(performance.now() - start)";
const importTime = () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', importing], { encoding: 'utf8' }));
judge("import 'hypertide' in a fresh process", median(times(10, importTime)), 150, 'ms');

printVerdicts();

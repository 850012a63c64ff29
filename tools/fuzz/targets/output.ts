import { readdirSync, readFileSync } from 'node:fs';
import { outputReader, splitLines } from '../../../src/programs/outputReader.ts';
import { gist, must, type Target } from '../target.ts';

const samples = new URL('../../../test/programs/outputs/', import.meta.url);
/** Milliseconds of CPU for a megabyte of output, at most. A quadratic pattern takes seconds. */
const SLOW = 1000;
/** Milliseconds that any input may take: programs compile while they run for the first time. */
const START = 200;

/** What a program prints. */
export const output: Target = {
  name: 'output',
  seeds: [
    ...readdirSync(samples)
      .filter((name) => name.endsWith('.txt'))
      .map((name) => readFileSync(new URL(name, samples), 'latin1').slice(0, 4000)),
    '{"step":3,"value":0.1,"metrics":{"lr":0.01},"checkpoint":"c"}\n{"value":0.1,"gradient":{"x":1},"stderr":0.1,"constraints":[1]}',
    'example=3 value=1 usd=.0004\n{"example":"7","values":{"value":0.5}}\nexample=8 value=NaN\nexample=q1 loss=1\nexample=a b, c=d value=1',
    '{"infeasible":"too large"}\nstep=3 value=0.1\nvalue=NaN',
  ],
  take(input) {
    const did = new Set<string>();
    const since = process.cpuUsage();
    for (const listening of [
      { objectives: ['value'] },
      { objectives: ['loss', 'accuracy'] },
      { objectives: ['value'], metric: 'loss', result: 'best' as const },
      { objectives: ['value'], examples: 8 },
    ]) {
      const reader = outputReader(listening);
      const take = (lines: ReturnType<typeof reader.line>) => {
        for (const line of lines) {
          did.add(line.type === 'refused' || line.type === 'non-finite' ? `${line.type} ${gist(line.message)}` : line.type);
          const values = line.type === 'report' ? line.report.values : 'result' in line ? line.result.values : {};
          must(Object.values(values).every(Number.isFinite), `a value that is not finite: ${JSON.stringify(line)}`);
          if (line.type === 'report') must(Number.isSafeInteger(line.report.step) && line.report.step >= 0, `the step ${line.report.step}`);
        }
      };
      const splitter = splitLines((text, redrawn) => take(reader.line(text, redrawn)));
      splitter.push(Buffer.from(input, 'latin1'));
      splitter.end();
      take(reader.end(false));
      did.add(gist(reader.noResult()));
    }
    const { user, system } = process.cpuUsage(since);
    const milliseconds = (user + system) / 4000; // of one reader
    must(milliseconds < START + (SLOW * input.length) / 2 ** 20, `${input.length} bytes took ${Math.round(milliseconds)} ms`);
    return [...did].sort().join(' ').slice(0, 300);
  },
};

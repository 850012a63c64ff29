import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatAll, from, lastValueFrom, toArray } from 'rxjs';
import { UserError } from '../../../src/errors.ts';
import type { Fact } from '../../../src/facts/facts.ts';
import { applyEntries } from '../../../streams/core.ts';
import { float, random, space } from '../../../streams/index.ts';
import { JournalError, openJournal, readJournal } from '../../../streams/journal.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { gist, must, type Target } from '../target.ts';

const finished = (trial: number): Fact[] => [
  { type: 'suggested', trial, attempt: 1, by: 'random', params: { x: trial / 10 } },
  { type: 'started', trial, attempt: 1, run: `r${trial}` },
  { type: 'reported', trial, run: `r${trial}`, step: 1, values: { value: 2 } },
  { type: 'completed', trial, run: `r${trial}`, values: { value: 1 } },
];

/** The lines of a file that is a journal, or was one. */
export async function journal(): Promise<Target> {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-fuzz-'));
  const path = join(place, 'study.jsonl');
  const warn = () => {};
  const log = await openJournal(path);
  const facts = [createdOf(space({ x: float(0, 1) }), random(), { study: 's', trials: 3 }), ...[1, 2, 3].flatMap(finished)];
  for (const fact of facts) await log.append(fact);
  await log.close();
  const whole = readFileSync(path, 'latin1');

  const read = async () => {
    const entries = [];
    for await (const some of readJournal(path, { warn })) entries.push(...some);
    return entries;
  };
  const attempted = async (act: () => Promise<string>): Promise<string> => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof UserError || error instanceof JournalError)) throw error;
      must(error.message.length < 5000, `an error of ${error.message.length} characters`);
      return `${error.name} ${gist(error.message.replaceAll(path, ''))}`;
    }
  };
  return {
    name: 'journal',
    seeds: [whole, whole.slice(0, -20), whole.split('\n').slice(0, 5).join('\n')],
    async take(input) {
      writeFileSync(path, Buffer.from(input, 'latin1'));
      const did = await attempted(async () => {
        const applied = await lastValueFrom(from(readJournal(path, { warn })).pipe(concatAll(), applyEntries(), toArray()));
        return [...new Set(applied.map(({ effect, refusal }) => (refusal ? gist(refusal.message) : effect)))].sort().join(' ');
      });
      const resumed = await attempted(async () => {
        const before = await read();
        const opened = await openJournal(path, { warn });
        const head = await opened.head();
        await opened.append({ type: 'cancelled', trial: 1 });
        await opened.close();
        const after = await read();
        must(after.length === head + 1, `a journal of ${head} entries has ${after.length} after one more`);
        must(head >= before.length, `opening a journal of ${before.length} entries left ${head}`);
        const kept = JSON.stringify(after.slice(0, before.length)) === JSON.stringify(before);
        must(kept, 'an entry changed when the journal was opened');
        return 'resumed';
      });
      return `${did} ${resumed}`.slice(0, 300);
    },
    close: () => rmSync(place, { recursive: true, force: true }),
  };
}

import { openJournal } from '../../../../streams/log/openJournal.ts';

/** Appends without end, and prints the number of each fact once it is stored. */
const log = await openJournal(process.argv[2]!, { fsync: 'always' });
for (let n = 0; ; n++) {
  await log.append({ n });
  process.stdout.write(`${n}\n`);
}

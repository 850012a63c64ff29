import { existsSync } from 'node:fs';
import { openJournal } from '../../../../streams/log/openJournal.ts';

/** Opens a journal, prints whether it is locked, and exits without closing it. */
const path = process.argv[2]!;
await openJournal(path);
console.log(existsSync(`${path}.lock`));
process.exit(3);

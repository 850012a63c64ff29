// npx tsx tools/chaos/noticeFaults [words of a fault]: seconds until a line or a fact names a fault. For a full disk it needs root.
import { noticed } from './noticed.ts';

await noticed((fault, seconds) => console.log(`${fault.padEnd(56)} ${seconds.toFixed(1)} s`), process.argv.slice(2).join(' '));
process.exit(0);

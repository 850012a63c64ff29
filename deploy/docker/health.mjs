// The health of a container: asks its process at the port of --monitor. Without --monitor, a process is well while it runs.
import { readFileSync } from 'node:fs';

const [, , file = '/proc/1/cmdline'] = process.argv;
const words = readFileSync(file, 'utf8').split('\0');
const address = words[words.indexOf('--monitor') + 1];
if (words.includes('--monitor')) {
  const { ok } = await fetch(`http://127.0.0.1:${address.split(':').at(-1)}/healthz`, { signal: AbortSignal.timeout(5000) });
  if (!ok) process.exit(1);
}

import { fileURLToPath } from 'node:url';
import { ensurePackage } from './build.ts';

await ensurePackage();

/** The command `hypertide` as users start it, to which arguments are added: from the sources, a start takes four times the CPU. */
export const command: readonly [program: string, ...args: readonly string[]] = [
  process.execPath,
  fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url)),
];

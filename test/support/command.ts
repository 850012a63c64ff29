import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const built = path('dist/src/cli/main.js');
if (process.env.TEST_DEEP && !existsSync(built)) throw new Error('deep tests start the built package; run "npm run build" first');

/**
 * The command `hypertide` with its program, to which arguments are added. Deep tests start the built package, as users do: the sources take four
 * times the CPU to start, since they are compiled each time.
 */
export const command: readonly [program: string, ...args: readonly string[]] = process.env.TEST_DEEP
  ? [process.execPath, built]
  : [process.execPath, '--import', import.meta.resolve('tsx'), path('src/cli/main.ts')];

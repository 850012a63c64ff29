import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles programs of tests that start many times: from the sources, each start takes four times the CPU. Within the project, so that they find
 * its packages.
 *
 * @param programs paths in the project, without `.ts`.
 * @returns the file of each bundle, by the path of its program.
 */
export async function bundled(...programs: readonly string[]): Promise<(program: string) => string> {
  mkdirSync(join(root, '.bench'), { recursive: true });
  const outDir = mkdtempSync(join(root, '.bench/bundled-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir,
      minify: false,
      rolldownOptions: { input: Object.fromEntries(programs.map((program) => [basename(program), join(root, `${program}.ts`)])) },
    },
  });
  return (program) => join(outDir, `${basename(program)}.js`);
}

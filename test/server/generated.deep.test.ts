import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { server } from './support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** In the project, so that the client finds its packages. */
const place = mkdtempSync(join(root, 'node_modules/.generated-'));
afterEach(() => rmSync(place, { recursive: true }));

const strictest = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  noPropertyAccessFromIndexSignature: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
  noEmit: true,
};

it('a client that is generated from the OpenAPI document compiles in the strictest TypeScript, and runs a study', async () => {
  const at = await server();
  try {
    const generate = join(root, 'node_modules/openapi-typescript/bin/cli.js');
    await run(process.execPath, [generate, `${at.url}v1/openapi.json`, '-o', join(place, 'openapi.d.ts')]);
    writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: strictest, files: ['drive.ts'] }));
    cpSync(join(root, 'test/server/programs/drive.ts.txt'), join(place, 'drive.ts'));
    for (const compiler of ['typescript', 'typescript-native']) {
      const { stdout } = await run(process.execPath, [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', place]).catch(
        (error) => error,
      );
      expect(stdout, compiler).toBe('');
    }
    const { stdout } = await run(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      join(place, 'drive.ts'),
      at.url.replace(/\/$/, ''),
    ]);
    expect(JSON.parse(stdout)).toEqual({ status: 'completed', by: expect.any(String), shares: ['lr', 'layers'] });
  } finally {
    await at.close();
  }
});

import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

/** A program for browsers as a bundler makes it, with all packages that it needs. */
export interface BrowserBundle {
  /** The code of each file, also of what it loads only later. */
  readonly files: readonly string[];
  /** The bytes that it loads before it runs, compressed. */
  readonly first: number;
}

/** No file has it. */
const NAME = 'virtual:program';

/** Bundles a program. @param root where it would be, which decides what it imports */
export async function browserBundle(root: string, program: string, minify = false): Promise<BrowserBundle> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'silent',
    plugins: [{ name: 'program', resolveId: (id) => (id === NAME ? id : undefined), load: (id) => (id === NAME ? program : undefined) }],
    build: { write: false, minify, rolldownOptions: { input: NAME, preserveEntrySignatures: 'strict' } },
  });
  if (!('output' in result)) throw new Error('expected one bundle');
  const chunks = new Map(result.output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const reached = new Set<Rolldown.OutputChunk>();
  const visit = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || reached.has(chunk)) return;
    reached.add(chunk);
    chunk.imports.forEach(visit);
  };
  visit(result.output[0].fileName);
  const code = (some: Iterable<Rolldown.OutputChunk>) => [...some].map((chunk) => chunk.code);
  return { files: code(chunks.values()), first: gzipSync(code(reached).join('\n')).length };
}

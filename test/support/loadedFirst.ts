import type { Rolldown } from 'vite';

/** The code that a bundle loads before it runs: its first file, and those that this one imports. What it loads only later is left out. */
export function loadedFirst(output: Rolldown.RolldownOutput['output']): string {
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const reached = new Set<Rolldown.OutputChunk>();
  const visit = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || reached.has(chunk)) return;
    reached.add(chunk);
    chunk.imports.forEach(visit);
  };
  visit(output[0].fileName);
  return [...reached].map(({ code }) => code).join('\n');
}

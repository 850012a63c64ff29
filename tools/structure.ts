import { readFileSync } from 'node:fs';
import { type Arrow, arrowsInside, arrowsUp, circles, readImports } from '../test/support/imports.ts';
import {
  conditionalSpreads,
  exportedNames,
  factCasts,
  parseSource,
  production,
  productionFiles,
  sharedNames,
} from '../test/support/sources.ts';

/**
 * Prints how the production code is built: rooms and arrows, circles, and what makes types and names harder to read.
 *
 * npx tsx tools/structure            the figures
 * npx tsx tools/structure streams    also every arrow inside a folder
 */
const detailed = process.argv.slice(2);

const { imports } = await readImports(undefined, production);
const files = productionFiles();
const sources = files.map((path) => parseSource(path));

const list = (title: string, lines: readonly string[]) =>
  console.log([`${title}: ${lines.length}`, ...lines.map((line) => `  ${line}`)].join('\n'));
const written = ({ from, to }: Arrow) => `${from} -> ${to}`;

console.log('Arrows inside each folder, between the files and folders directly in it:');
const folders = [...new Set(files.flatMap((path) => ancestors(path)))].sort();
for (const folder of folders) {
  const rooms = new Set(files.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1).split('/')[0]));
  const arrows = arrowsInside(folder, imports);
  console.log(`  ${folder.padEnd(28)} ${String(arrows.length).padStart(3)} in ${rooms.size} rooms`);
  if (detailed.includes(folder)) for (const arrow of arrows) console.log(`    ${written(arrow)}`);
}
list('Arrows that point up', arrowsUp(imports).map(written));
list(
  'Circles',
  circles(imports).map((circle) => circle.join(', ')),
);

console.log(`Exported names: ${exportedNames(sources).size}`);
list('Exported names declared in several files', sharedNames(sources));
list('Casts to a type of fact', factCasts(sources));
const spreads = conditionalSpreads(sources);
console.log(`Conditional spreads: ${spreads.length}`);
if (detailed.includes('spreads')) for (const place of spreads) console.log(`  ${place}`);
console.log(`Lines of production code, without the style of the page: ${files.reduce((sum, path) => sum + lines(path), 0)}`);

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function lines(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length - 1;
}

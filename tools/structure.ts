import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Arrow, arrowsInside, arrowsUp, circles, readImports } from '../test/support/imports.ts';

/**
 * Prints how the production code is built: rooms and arrows, and circles.
 *
 * npx tsx tools/structure            the figures
 * npx tsx tools/structure streams    also every arrow inside a folder
 */
const detailed = process.argv.slice(2);
const production = ['src', 'machines', 'streams'];

const { imports } = await readImports(undefined, production);
const files = production
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
  .filter((path) => /\.tsx?$/.test(path))
  .sort();

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

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

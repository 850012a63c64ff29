import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Arrow, arrowsInside, arrowsUp, circles, readImports } from '../support/imports.ts';

/**
 * Prints how the production code is built: rooms and arrows, circles, and what makes types and names harder to read.
 *
 * npm run structure               the figures
 * npm run structure -- streams    also every arrow inside a folder
 */
const production = ['src', 'machines', 'streams'];
const detailed = process.argv.slice(2);

const { imports } = await readImports(undefined, production);
const files = production
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
  .filter((path) => /\.tsx?$/.test(path))
  .sort();
const sources = files.map((path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));

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

const homes = new Map<string, string[]>();
for (const source of sources) {
  for (const name of new Set(exportedNames(source))) homes.set(name, [...(homes.get(name) ?? []), source.fileName]);
}
console.log(`Exported names: ${homes.size}`);
list(
  'Exported names declared in several files',
  [...homes].filter(([, paths]) => paths.length > 1).map(([name, paths]) => `${name}: ${paths.join(', ')}`),
);
const casts = sources.flatMap((source) => find(source, (node) => ts.isAsExpression(node) && /\b\w*Fact\b/.test(node.type.getText())));
list('Casts to a type of fact', casts);
const spreads = sources.flatMap((source) => find(source, isConditionalSpread));
console.log(`Conditional spreads: ${spreads.length}`);
if (detailed.includes('spreads')) for (const place of spreads) console.log(`  ${place}`);
console.log(`Lines of production code, without the style of the page: ${files.reduce((sum, path) => sum + lines(path), 0)}`);

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Names that a file declares and exports; not those that it hands on from another file. */
function exportedNames(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const exported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return [];
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
    const { name } = statement as ts.DeclarationStatement;
    return name ? [name.getText()] : [];
  });
}

/** `...(condition && { ... })`, and the same with `?:` and an empty side. */
function isConditionalSpread(node: ts.Node): boolean {
  if (!ts.isSpreadAssignment(node)) return false;
  let { expression } = node;
  while (ts.isParenthesizedExpression(expression)) expression = expression.expression;
  if (ts.isConditionalExpression(expression)) return [expression.whenTrue, expression.whenFalse].some(isEmpty);
  return ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
}

function isEmpty(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.UndefinedKeyword || node.getText() === 'undefined' || /^\(?\{\s*\}\)?$/.test(node.getText());
}

function find(source: ts.SourceFile, fits: (node: ts.Node) => boolean): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (fits(node)) found.push(`${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function lines(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length - 1;
}

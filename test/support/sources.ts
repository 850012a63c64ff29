import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The folders of the production code. */
export const production = ['src', 'machines', 'streams'];

/** The paths of the production code, sorted. */
export const productionFiles = (): string[] =>
  production
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
    .filter((path) => /\.tsx?$/.test(path))
    .sort();

/** @param text Default: that of the file. */
export const parseSource = (path: string, text = readFileSync(path, 'utf8')): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** The names that files declare and export, each with its files. Names that a file exports from another one are left out. */
export function exportedNames(sources: readonly ts.SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, string[]>();
  for (const source of sources) {
    for (const name of new Set(source.statements.flatMap(declaredBy))) homes.set(name, [...(homes.get(name) ?? []), source.fileName]);
  }
  return homes;
}

/** The exported names that several files declare. */
export const sharedNames = (sources: readonly ts.SourceFile[]): string[] =>
  [...exportedNames(sources)].filter(([, paths]) => paths.length > 1).map(([name, paths]) => `${name}: ${paths.join(', ')}`);

/** Where a value is cast to a type of fact. */
export const factCasts = (sources: readonly ts.SourceFile[]): string[] =>
  sources.flatMap((source) => find(source, (node) => ts.isAsExpression(node) && /\b\w*Fact\b/.test(node.type.getText())));

/** Where an object has `...(condition && { ... })`, or the same with `?:` and an empty side. */
export const conditionalSpreads = (sources: readonly ts.SourceFile[]): string[] =>
  sources.flatMap((source) => find(source, isConditionalSpread));

function declaredBy(statement: ts.Statement): string[] {
  const exported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!exported) return [];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

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

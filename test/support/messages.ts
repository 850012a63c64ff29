import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './documents.ts';

/** Errors whose messages users see, without `OptionError` and `SpaceError`, which have too many messages to list. */
const shown =
  /^(Connect|Journal|JournalLocked|Listen|Mismatch|NoFigure|NoResult|Refused|Stalled|Strategy|Study|StudyFile|Template|Unstored|Usage)Error$/;

/** Each message of these errors in the code, with `…` for the variable parts. */
export function messagesOfErrors(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const folder of ['src', 'machines', 'streams'])
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts') || /^(testing|dashboard\/page|python)\//.test(path)) continue;
      const text = readFileSync(join(root, folder, path), 'utf8');
      const visit = (node: ts.Node): void => {
        const message = messageOf(node);
        if (message && words.test(message)) found.add(message);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
    }
  return found;
}

/** The message of a new error, of `refuse('code', message)` or `fail('reason', message)`, or of an object with a code and a message. */
function messageOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && shown.test(node.expression.text))
    return node.arguments?.map(textOf).find((text) => text !== undefined && words.test(text));
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && /^(refuse|fail)$/.test(node.expression.text))
    return node.arguments[1] && textOf(node.arguments[1]);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const named = new Map(
    node.properties
      .filter(ts.isPropertyAssignment)
      .map(({ name, initializer }) => [ts.isIdentifier(name) ? name.text : undefined, initializer] as const),
  );
  return named.has('code') && named.has('message') ? textOf(named.get('message')!) : undefined;
}

const words = /\w{3}/;

/** The text of a string or a template. Of an alternative, its first half. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  return ts.isConditionalExpression(node) ? textOf(node.whenTrue) : undefined;
}

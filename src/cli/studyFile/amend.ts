import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument, type Scalar, stringify } from 'yaml';

/** Keys of a study file that hold a text. */
export type Amendment = Readonly<Partial<Record<'objective' | 'metricFile', string>>>;

/** Writes texts into a study file that can be read. Everything else in it stays as it is, comments and spaces included. */
export function amendStudyFile(path: string, amendment: Amendment): void {
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    Object.entries(amendment).reduce((text, [key, value]) => amended(text, key, value), source),
  );
}

function amended(source: string, key: string, value: string): string {
  const document = parseDocument(source);
  const { contents } = document;
  if (!isMap<Scalar>(contents)) return source;
  const several = key === 'objective' ? contents.items.find((pair) => pair.key.value === 'objectives') : undefined;
  if (several) {
    several.key.value = key; // a study has one of both
    several.value = document.createNode(value);
    return String(document);
  }
  const given = contents.get(key, true);
  const text = contents.flow ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trim();
  if (isScalar(given) && given.range) return source.slice(0, given.range[0]) + text + source.slice(given.range[1]);
  if (contents.flow) {
    document.set(key, value);
    return String(document);
  }
  const end = source.includes('\r\n') ? '\r\n' : '\n';
  return `${source}${/\n$/.test(source) ? '' : end}${key}: ${text}${end}`;
}

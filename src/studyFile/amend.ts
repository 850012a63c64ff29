import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument, stringify } from 'yaml';

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
  const { contents } = parseDocument(source);
  if (!isMap(contents)) return source;
  const entries = contents.items.map(({ key, value }) => ({
    name: isScalar(key) ? key.value : undefined,
    start: key.range[0],
    end: source.slice(0, (value ?? key).range[1]).trimEnd().length,
    value,
  }));
  const entryOf = (name: string) => entries.find((entry) => entry.name === name);
  const put = (from: number, to: number, what: string) => source.slice(0, from) + what + source.slice(to);
  const [name, text] = contents.flow ? [JSON.stringify(key), JSON.stringify(value)] : [key, stringify(value, { lineWidth: 0 }).trim()];

  const several = key === 'objective' ? entryOf('objectives') : undefined; // a study has one of both
  if (several) return put(several.start, several.end, `${name}: ${text}`);
  const given = entryOf(key)?.value;
  if (isScalar(given)) return put(given.range[0], given.range[1], text);
  const last = entries.at(-1);
  if (contents.flow && last) {
    const [space] = /\s*$/.exec(source.slice(0, last.start))!;
    return put(last.end, last.end, `,${space || ' '}${name}: ${text}`);
  }
  const line = source.includes('\r\n') ? '\r\n' : '\n';
  return `${source}${/\n$/.test(source) ? '' : line}${name}: ${text}${line}`;
}

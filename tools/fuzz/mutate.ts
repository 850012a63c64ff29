import type { Rng } from '../../src/numeric/random.ts';

const pick = <T>(rng: Rng, from: readonly T[]): T => from[Math.floor(rng() * from.length)]!;

/** Values that programs often handle wrongly. */
const VALUES: readonly unknown[] = [
  ...[0, -0, 1, -1, 0.5, 1e-320, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e21],
  ...['', ' ', '0', 'NaN', '__proto__', 'constructor', '../..', '--x', '\u0000', '\u001b[2J', '\ud800', 'é', 'x'.repeat(5000)],
  ...[null, true, false, [], {}, [[]], { value: 1 }, Array(100).fill(0)],
];
const TOKENS: readonly string[] = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ',',
    ':',
    '=',
    '\\',
    '\\u0000',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\u0000',
    '\u001b',
    '\ufeff',
    '\u009b',
    '|',
    '%',
  ],
  ...['1e999', '-1e999', 'NaN', 'Infinity', '-0', '0x1', '1_000', '1.', '.5', '1e', '9'.repeat(400), '__proto__', 'null', 'true'],
  ...['&a', '*a', '!!js', '<<:', '- ', '? ', '---', '\xff\xfe', '\xc3', '\xed\xa0\x80', ' '.repeat(100), '{"'.repeat(50), '['.repeat(50)],
];
/** Bytes of an input, at most. */
const LONGEST = 2 ** 20;

/** A changed copy of an input, which is text with a character for each byte. @param others inputs to mix in */
export function mutate(input: string, others: readonly string[], rng: Rng): string {
  let text = input;
  for (let i = 1 + Math.floor(4 * rng()); i > 0; i--) text = (rng() < 0.5 && mutateJson(text, rng)) || mutateText(text, others, rng);
  return text.slice(0, LONGEST);
}

function mutateText(text: string, others: readonly string[], rng: Rng): string {
  const at = Math.floor(rng() * (text.length + 1));
  const length = Math.floor(rng() ** 4 * (text.length - at + 1));
  const [before, part, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
  switch (Math.floor(8 * rng())) {
    case 0:
      return before + after;
    case 1:
      return before + part + part + after;
    case 2:
      return before + pick(rng, TOKENS) + part + after;
    case 3:
      return before + String.fromCharCode(Math.floor(256 * rng())) + text.slice(at + 1);
    case 4:
      return after + before + part;
    case 5:
      return before + repeated(part || pick(rng, TOKENS), 10 ** (5 * rng() ** 3)) + after;
    case 6: {
      const other = pick(rng, others);
      return before + other.slice(Math.floor(rng() * other.length)) + after;
    }
    default:
      return text.replace(/-?\d+(\.\d+)?/, () =>
        String(
          pick(
            rng,
            VALUES.filter((value) => typeof value === 'number'),
          ),
        ),
      );
  }
}

const repeated = (text: string, times: number): string => text.repeat(Math.max(1, Math.min(times, LONGEST / text.length)));

/** Changes one part of the first line that is JSON; undefined if none is. */
function mutateJson(text: string, rng: Rng): string | undefined {
  const lines = text.split('\n');
  const first = Math.floor(rng() * lines.length);
  const at = lines.findIndex((line, i) => i >= first && /^[{[]/.test(line));
  if (at < 0) return undefined;
  try {
    lines[at] = JSON.stringify(changed(JSON.parse(lines[at]!), rng));
  } catch {
    return undefined;
  }
  return lines.join('\n');
}

function changed(data: unknown, rng: Rng): unknown {
  if (typeof data !== 'object' || data === null || rng() < 0.1) return pick(rng, VALUES);
  if (Array.isArray(data)) {
    const at = Math.floor(rng() * data.length);
    return rng() < 0.3 ? [...data, data[at]] : data.map((item, i) => (i === at ? changed(item, rng) : item));
  }
  const entries = Object.entries(data);
  const at = Math.floor(rng() * entries.length);
  const luck = rng();
  if (luck < 0.15) return Object.fromEntries(entries.filter((_, i) => i !== at));
  if (luck < 0.3) return Object.fromEntries([...entries, [String(pick(rng, VALUES)).slice(0, 100), pick(rng, VALUES)]]);
  return Object.fromEntries(entries.map(([name, value], i) => [name, i === at ? changed(value, rng) : value]));
}

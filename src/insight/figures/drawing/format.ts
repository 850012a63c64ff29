/** A number in few digits. */
export function formatNumber(value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? Number(value.toPrecision(3)).toExponential().replace('e+', 'e')
    : String(Number(value.toPrecision(4)));
}

/** The same with so many digits. */
export const rounded = (value: unknown, digits: number): string =>
  formatNumber(typeof value === 'number' ? Number(value.toPrecision(digits)) : value);

/** The share of a text that is cut which is its end: names often differ only there. */
const END = 0.55;

/** Cuts a text in its middle to a length in code points, so that no character is split. */
export function cut(text: string, length = 60): string {
  if (text.length <= length) return text;
  const [first, last] = [[...text.slice(0, 4 * length)], [...text.slice(-4 * length)]];
  const end = Math.floor(END * (length - 1));
  return `${first.slice(0, length - 1 - end).join('')}…${last.slice(last.length - end).join('')}`;
}

/** Without braces, which charts take for their own markup. */
export const withoutBraces = (text: string): string => text.replaceAll('{', '(').replaceAll('}', ')');

/** A share in per cent. A small one is not 0. */
export function percent(share: unknown): string {
  const rounded = Math.round(100 * Number(share));
  return rounded === 0 && Number(share) > 0 ? '< 1 %' : `${rounded} %`;
}

export const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

export const clock = (at: number): string => new Date(at).toLocaleTimeString();

export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  if (seconds < 100) return `${Number(seconds.toPrecision(3))} s`;
  const minutes = seconds / 60;
  if (minutes < 100) return `${Math.round(minutes)} min`;
  return `${Number((minutes / 60).toPrecision(3))} h`;
}

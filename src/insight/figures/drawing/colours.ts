/** The colours of figures, those of the page: its style sheet declares the same. */
const light = {
  panel: '#ffffff',
  text: '#1d2428',
  muted: '#57636b',
  line: '#e8e9e5',
  'line-strong': '#c9cdc9',
  completed: '#12748a',
  stopped: '#9a5900',
  failed: '#b3261e',
  infeasible: '#7a4aa5',
  retracted: '#5f686e',
  running: '#2f63c0',
  waiting: '#57636b',
  faded: '#d3d7d4',
  'faded-strong': '#aeb5b2',
} as const;

const dark: Readonly<Record<ColourName, string>> = {
  panel: '#1a1f23',
  text: '#e5eaec',
  muted: '#9caab2',
  line: '#2a3136',
  'line-strong': '#46515a',
  completed: '#5bbfd2',
  stopped: '#e3a94f',
  failed: '#f28b82',
  infeasible: '#c9a0ee',
  retracted: '#98a3aa',
  running: '#8ab4f8',
  waiting: '#9caab2',
  faded: '#333b41',
  'faded-strong': '#59656d',
};

export type ColourName = keyof typeof light;

/** The source of a figure's colours. */
export interface Theme {
  readonly isDark: boolean;
  /** A colour as #rrggbb or #rgb. */
  colour(name: ColourName): string;
}

export const themes: Readonly<Record<'light' | 'dark', Theme>> = {
  light: { isDark: false, colour: (name) => light[name] },
  dark: { isDark: true, colour: (name) => dark[name] },
};

/** Red, green and blue in [0, 255]. */
export type Rgb = readonly [red: number, green: number, blue: number];

export const cssOf = (channels: Rgb): string => `rgb(${channels.join(',')})`;

/** Accepts #rrggbb, and #rgb, which minifiers write. */
export function channels(hex: string): Rgb {
  const long = hex.length === 4 ? hex.replaceAll(/[\da-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16)) as unknown as Rgb;
}

const STEPS = 24;
const LIGHT = ['#0b4f6c', '#12808c', '#5aa66b', '#d0b548', '#e9d8a6'];
const DARK = ['#7fe3ec', '#43b3c4', '#3f8f86', '#7a7550', '#54493a'];

/** Colours from good to bad that keep their order in grey. */
export const ramp = ({ isDark }: Theme): readonly Rgb[] =>
  Array.from({ length: STEPS }, (_, i) => mixed(isDark ? DARK : LIGHT, i / (STEPS - 1)));

function mixed(stops: readonly string[], t: number): Rgb {
  const x = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(x));
  const [a, b] = [channels(stops[i]!), channels(stops[i + 1]!)];
  return [0, 1, 2].map((k) => Math.round(a[k]! + (x - i) * (b[k]! - a[k]!))) as unknown as Rgb;
}

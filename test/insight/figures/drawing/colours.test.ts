import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { channels, ramp, themes } from '../../../../src/insight/figures/drawing/colours.ts';
import { looks } from '../../../../src/insight/figures/drawing/looks.ts';

/** The colours that the style sheet of the page declares, in its light and its dark part. */
const declared = readFileSync(new URL('../../../../src/page/style.css', import.meta.url), 'utf8')
  .split('@media (prefers-color-scheme: dark)')
  .slice(0, 2)
  .map((part) => new Map([...part.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, colour]) => [name, colour])));

it('figures have the colours of the page', () => {
  for (const [i, theme] of [themes.light, themes.dark].entries()) {
    const names = [...new Set([...Object.values(looks).map(({ colour }) => colour), 'text', 'panel', 'muted', 'line', 'faded'] as const)];
    expect(names.map((name) => theme.colour(name))).toEqual(names.map((name) => declared[i]!.get(name)));
  }
});

it('colours from good to bad get lighter on a light page, and darker on a dark one', () => {
  const lightness = ([r, g, b]: readonly number[]) => 0.299 * r! + 0.587 * g! + 0.114 * b!;
  const light = ramp(themes.light).map(lightness);
  const dark = ramp(themes.dark).map(lightness);
  for (let i = 1; i < light.length; i++) {
    expect(light[i]).toBeGreaterThan(light[i - 1]!);
    expect(dark[i]).toBeLessThan(dark[i - 1]!);
  }
  expect(channels('#abc')).toEqual(channels('#aabbcc'));
});

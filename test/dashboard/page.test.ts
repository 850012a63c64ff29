import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rgb } from '../../src/insight/figures/drawing/colours.ts';
import { cut, formatNumber } from '../../src/insight/figures/drawing/format.ts';
import { ends, numeric, parameterScale, roundScale } from '../../src/insight/figures/drawing/scale.ts';
import { front } from '../../src/insight/figures/front.ts';
import { dominates } from '../../src/numeric/pareto/domination.ts';
import { curvePart } from '../../src/page/lib/curvePart.ts';
import { markFrom, stampBelow } from '../../src/page/lib/marks.ts';
import { blank, inkOf } from '../../src/page/lib/pixels.ts';
import { Sheet } from '../../src/page/lib/sheet.ts';
import { extendedPlaces } from '../../src/page/lib/trialPlaces.ts';
import { studyOf, trialRow } from '../insight/figures/support.ts';

describe('the front', () => {
  it('equals the front by comparing all pairs', () => {
    const losses = fc.array(fc.tuple(fc.integer({ max: 6, min: 0 }), fc.integer({ max: 6, min: 0 }), fc.integer({ max: 6, min: 0 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(losses, (all) => {
        const plain = all.flatMap((a, i) => (all.some((b) => dominates(b, a)) ? [] : [i]));
        expect(front(all).sort((a, b) => a - b)).toEqual(plain);
      }),
    );
  });
});

describe('scales', () => {
  it('map values to 0 to 1 and back', () => {
    const log = parameterScale('lr', { type: 'float', low: 1e-4, high: 1e-2, log: true });
    expect(log.place(1e-3)).toBeCloseTo(0.5, 12);
    expect(log.at(0.5)).toBeCloseTo(1e-3, 12);
    expect(log.ticks.map(({ value }) => value)).toEqual([1e-4, 1e-3, 1e-2]);
    const keep = parameterScale('keep', { type: 'float', low: 0.001, high: 0.999, logit: true });
    expect(keep.place(0.5)).toBeCloseTo(0.5, 12);
    expect(keep.place(0.99) - keep.place(0.9)).toBeGreaterThan(keep.place(0.6) - keep.place(0.5));
    expect(keep.at(keep.place(0.99))).toBeCloseTo(0.99, 12);
    expect(keep.ticks.map(({ value }) => value)).toEqual([0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]);
    expect(ends(keep)).toEqual([
      { place: 0, value: 0 },
      { place: 1, value: 1 },
    ]);
    const linear = numeric('x', 0, 10, false);
    expect(linear.ticks.map(({ value }) => value)).toEqual([0, 5, 10]);
    const choice = parameterScale('kind', { type: 'choice', values: ['a', 'b'] });
    expect([choice.place('a'), choice.place('b'), choice.place('c')]).toEqual([0.25, 0.75, Number.NaN]);
    expect(choice.at(0.8)).toBe(1);
  });

  it('take a range of one value, however large', () => {
    for (const value of [3, 0, 1e20, -1e300, 5e-324]) expect(numeric('x', value, value, true).place(value)).toBeCloseTo(0.5, 12);
    expect(numeric('x', 1e20, 1e20 * (1 + 1e-15), false).place(1e20)).toBeCloseTo(0.5, 12);
  });
});

describe('the scale of the values so far', () => {
  it('lies between round numbers', () => {
    expect([roundScale('x', 0.3, 9.2), roundScale('x', -3, 1)].map(({ low, high }) => [low, high])).toEqual([
      [0, 10],
      [-3, 1],
    ]);
    const log = roundScale('x', 0.044, 3.7);
    expect([log.kind, log.low, log.high]).toEqual(['log', 0.02, 5]);
  });

  it('contains all of them', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scale = roundScale('x', low, high);
        for (const one of [low, high]) {
          expect(scale.place(one)).toBeGreaterThanOrEqual(-1e-9);
          expect(scale.place(one)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  it('has two labelled ends; those of categories are numbers', () => {
    expect(ends(numeric('x', 2, 6, false))).toEqual([
      { place: 0, value: 2 },
      { place: 1, value: 6 },
    ]);
    expect(ends(parameterScale('kind', { type: 'choice', values: ['a', 'b'] }))).toEqual([
      { place: 0.25, value: 0 },
      { place: 0.75, value: 1 },
    ]);
  });
});

describe('lines by pixels', () => {
  const colours: Rgb[] = [
    [10, 20, 30],
    [200, 100, 50],
  ];
  const opacityAt = (pixels: Uint32Array, at: number) => pixels[at]! >>> 24;

  it('a line covers whole pixels and parts of pixels', () => {
    const sheet = new Sheet(4, 3);
    sheet.line(0, 1.5, 3, 1.5, 1, 0);
    sheet.line(3.5, 0, 3.5, 3, 1.5, 1);
    const { pixels } = sheet.picture(colours, 0.5);
    expect([pixels[0], pixels[1], pixels[8]]).toEqual([0, 0, 0]);
    expect(pixels[4]! & 0xffffff).toBe(inkOf(colours[0]!));
    expect(opacityAt(pixels, 4)).toBeCloseTo(255 * 0.5, -0.5);
    expect(pixels[3]! & 0xffffff).toBe(inkOf(colours[1]!));
    // A quarter of the pixels next to the upright line, and more where the other line is too.
    expect(opacityAt(pixels, 2)).toBeCloseTo(255 * (1 - 0.5 ** 0.25), -0.5);
    expect(opacityAt(pixels, 6)).toBeCloseTo(255 * (1 - 0.5 ** 1.25), -0.5);
    expect(pixels[6]! & 0xffffff).toBe(inkOf(colours[0]!));
  });

  it('neither the order of drawing nor lines outside the picture matter', () => {
    const end = fc.integer({ min: -40, max: 120 }).map((x) => x / 4);
    const line = fc.tuple(end, end, end, end, fc.constantFrom(1, 2), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const [one, other] = [new Sheet(20, 16), new Sheet(20, 16)];
        for (const l of lines) one.line(...l);
        for (const [x0, y0, x1, y1, ...rest] of [...lines].reverse()) other.line(x1, y1, x0, y0, ...rest);
        const [a, b] = [one, other].map((sheet) => sheet.picture(colours, 0.4).pixels);
        for (let i = 0; i < a!.length; i++) {
          expect(a![i]! & 0xffffff).toBe(b![i]! & 0xffffff);
          expect(Math.abs(opacityAt(a!, i) - opacityAt(b!, i))).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

describe('marks', () => {
  const half = 128 << 24;
  const mark = markFrom({ width: 2, height: 2, pixels: Uint32Array.of(0xff0000ff, half, 0, 0xff00ff00) });

  it('cover the picture, and parts outside it are cut off', () => {
    const picture = blank(3, 3);
    stampBelow(picture, mark, 1, 1);
    expect([...picture.pixels]).toEqual([0xff0000ff, half >>> 0, 0, 0, 0xff00ff00, 0, 0, 0, 0]);
    stampBelow(picture, mark, 3, 3);
    expect(picture.pixels[8]).toBe(0xff0000ff);
    stampBelow(picture, mark, 2, 2); // below what is there
    expect([picture.pixels[4], picture.pixels[8]]).toEqual([0xff00ff00, 0xff0000ff]);
  });

  it('that are translucent mix with the picture', () => {
    const picture = blank(1, 1);
    const dot = (ink: number) => markFrom({ width: 1, height: 1, pixels: Uint32Array.of(ink) });
    stampBelow(picture, dot(half), 0.5, 0.5);
    stampBelow(picture, dot(0xff0000c8), 0.5, 0.5); // red 200 below half black
    const mixed = (0xff000000 | Math.round(200 * (127 / 255))) >>> 0;
    expect(picture.pixels[0]).toBe(mixed);
    stampBelow(picture, dot(0xff00ff00), 0.5, 0.5); // nothing shows through
    expect(picture.pixels[0]).toBe(mixed);
  });
});

describe('the part of a curve near a step', () => {
  const curve = [1, 0.9, 2, 0.7, 4, 0.5, 8, 0.3];

  it('begins before the range and ends after it', () => {
    expect(curvePart(curve, 2.5, 3)).toEqual([2, 0.7, 4, 0.5]);
    expect(curvePart(curve, 1, 8)).toEqual(curve);
    expect(curvePart(curve, 1.5, 5)).toEqual(curve);
  });

  it('is its end if the range lies beyond it', () => {
    expect(curvePart(curve, 10, 20)).toEqual([8, 0.3]);
    expect(curvePart(curve, 0, 0.5)).toEqual([1, 0.9]);
    expect(curvePart([3, 1], 5, 6)).toEqual([3, 1]);
    expect(curvePart([], 5, 6)).toEqual([]);
  });
});

describe('the places of trials', () => {
  const { rows, scales } = studyOf([1, 2, 4, 5].map((trial) => trialRow(trial, 1)));
  const axes = scales.slice(0, 2);
  const whole = (some: typeof rows) => extendedPlaces(undefined, some, axes).columns;

  it('are computed for new trials only, and are those of all', () => {
    const before = extendedPlaces(undefined, rows.slice(0, 2), axes);
    const without = rows.map((row, i) => (i < 2 ? { ...row, params: {} } : row)); // not read again
    expect(extendedPlaces(before, without, axes).columns).toEqual(whole(rows));
    expect(extendedPlaces(before, rows.slice(0, 2), axes).columns).toEqual(before.columns);
  });

  it('are computed again if a trial comes between, or with other axes', () => {
    const [one, two, four, five] = rows;
    const before = extendedPlaces(undefined, [one!, four!], axes);
    expect(extendedPlaces(before, [one!, two!, four!, five!], axes).columns).toEqual(whole(rows));
    const other = [axes[0]!];
    expect(extendedPlaces(before, rows, other).columns).toHaveLength(1);
    expect(extendedPlaces(before, [], axes).columns.map(({ length }) => length)).toEqual([0, 0]);
  });
});

describe('texts', () => {
  it('are shortened, but never within a character', () => {
    expect([formatNumber(0.000012345), formatNumber(1 / 3), formatNumber(12345678.9), formatNumber(42), formatNumber('a')]).toEqual([
      '1.23e-5',
      '0.3333',
      '1.23e7',
      '42',
      'a',
    ]);
    expect(cut('abcdef', 4)).toBe('ab…f');
    expect(cut('abcdef', 2)).toBe('a…');
    expect(cut('𝕬𝕬𝕬𝕬𝕬𝕬', 5)).toBe('𝕬𝕬…𝕬𝕬');
    expect(cut('weight_of_group_12_left', 16)).toBe('weight_…_12_left');
  });
});

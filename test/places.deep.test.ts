import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What an extension of hypertide adds: new files, and lines after others in existing files. */
interface Extension {
  readonly files: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, readonly (readonly [after: string, line: string])[]>>;
}

const powerType: Extension = {
  files: {
    'src/space/types/power.ts': `
import { wholeFrom } from '../../schema/optionRules.ts';
import type { DataOf, ParameterType } from './parameterType.ts';
import { evenLevels } from '../scale.ts';
import { checkedBy } from '../shape.ts';

const required = {
  /** The lowest exponent. */
  low: checkedBy(wholeFrom(0)),
  /** The highest exponent. */
  high: checkedBy(wholeFrom(0)),
};
export type PowerDimension = DataOf<'power', typeof required, unknown>;

const valuesOf = ({ low, high }: PowerDimension): number[] => Array.from({ length: high - low + 1 }, (_, k) => 2 ** (low + k));

export const powerType: ParameterType<PowerDimension> = {
  required,
  optional: {},
  values: valuesOf,
  scale(_path, dimension) {
    const values = valuesOf(dimension);
    const levels = evenLevels(values.length);
    return {
      kind: 'ordinal',
      ordered: true,
      levels,
      expects: \`one of \${values.join(', ')}\`,
      accepts: (value) => values.includes(value as number),
      toValue: (u) => values[levels.of(u)]!,
      toCoordinate: (value) => levels.at(values.indexOf(value as number)),
      slope: () => 0,
    };
  },
};

/** A power of two. */
export const power = (low: number, high: number): PowerDimension => ({ type: 'power', low, high });
`,
  },
  lines: {
    'src/space/types/dimension.ts': [
      ["import { type IntDimension, intType } from './int.ts';", "import { powerType } from './power.ts';"],
      ['  int: intType,', '  power: powerType,'],
    ],
    'streams/core.ts': [
      ["export { parseSpace, space } from '../src/space/space.ts';", "export { power } from '../src/space/types/power.ts';"],
    ],
  },
};

const corner: Extension = {
  files: {
    'streams/strategies/corner.ts': `
import { fraction } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import { defineStrategy } from '../kernel/defineStrategy.ts';
import { type Strategy, specOf } from '../kernel/strategy.ts';

export const cornerOptions = {
  /** The distance from the sides. Default: 0.1. */
  distance: optional(fraction, 0.1),
};
export type CornerOptions = OptionsOf<typeof cornerOptions>;

/** Random corners of the cube. */
export function corner(options: CornerOptions = {}): Strategy {
  const { distance } = resolveOptions('corner', cornerOptions, options);
  return defineStrategy<undefined>(
    { name: 'corner', init: () => undefined, tell: () => undefined, ask: (_state, _ask, rng, env) => env.axes.map(() => (rng() < 0.5 ? distance : 1 - distance)) },
    specOf('corner', options),
  );
}
`,
  },
  lines: {
    'streams/spec/catalogue.ts': [
      ["import { random } from '../strategies/random.ts';", "import { corner, cornerOptions } from '../strategies/corner.ts';"],
      ['  cmaes: entry(cmaes, cmaesOptions),', '  corner: entry(corner, cornerOptions),'],
    ],
    'streams/strategies.ts': [["export { random } from './strategies/random.ts';", "export { corner } from './strategies/corner.ts';"]],
  },
};

/** Uses both wherever a parameter type or a strategy shows, with the types that users get. */
const PROGRAM = `
import { parseStudy, readStudyFile } from './src/studyFile/studyFile.ts';
import { studySchema } from './src/text/studySchema.ts';
import { parameterScale } from './src/insight/figures/drawing/scale.ts';
import { parseValue } from './src/space/types/dimension.ts';
import { corner, float, type Infer, optimize, power, space } from './streams/index.ts';

const net = space({ width: power(3, 6), rate: float(0, 1) });
const widthOf = ({ width }: Infer<typeof net>): number => width;
const { best } = await optimize(net, widthOf, { strategy: corner({ distance: 0.2 }), trials: 4 }).result();
// @ts-expect-error there is no such option
export const wrong = () => corner({ distanc: 1 });
const refusal = (data: object) => {
  try {
    parseStudy(data);
  } catch (error) {
    return (error as Error).message;
  }
};
const file = await readStudyFile('study.yaml');
const schema = JSON.stringify(studySchema());
const parameters = { w: { type: 'power', low: 3, high: 6 } } as const;
console.log(
  JSON.stringify({
    best: best!.params,
    file: file.strategy?.spec,
    decoded: file.space.decode([0.9]),
    text: parseValue(parameters.w, '16'),
    scale: parameterScale('w', parameters.w).labels,
    schema: ['"const":"power"', '"corner":'].map((part) => schema.includes(part)),
    refusals: [
      refusal({ parameters: { w: { type: 'power', low: 3.5, high: 6 } } }),
      refusal({ parameters, strategy: { corner: { distance: 2 } } }),
      refusal({ parameters, strategy: { corner: { distanc: 1 } } }),
    ],
  }),
);
`;

const root = fileURLToPath(new URL('..', import.meta.url));

describe('in a copy of the project', () => {
  let copy: string;
  const write = ({ files, lines }: Extension): void => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(copy, path), text.trimStart());
    for (const [path, added] of Object.entries(lines)) {
      let text = readFileSync(join(copy, path), 'utf8');
      for (const [after, line] of added) {
        expect(text, path).toContain(after);
        text = text.replace(after, `${after}\n${line}`);
      }
      writeFileSync(join(copy, path), text);
    }
  };
  const node = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout;
  };

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'hypertide-'));
    for (const part of ['src', 'machines', 'streams', 'package.json', 'tsconfig.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    write(powerType);
    write(corner);
    writeFileSync(join(copy, 'program.ts'), PROGRAM);
    writeFileSync(
      join(copy, 'study.yaml'),
      'parameters:\n  w: { type: power, low: 3, high: 6 }\nstrategy: { corner: { distance: 0.3 } }\n',
    );
    const tsconfig = {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: true },
      include: ['src', 'streams', 'machines', 'program.ts'],
    };
    writeFileSync(join(copy, 'tsconfig.copy.json'), JSON.stringify(tsconfig));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it.each([
    ['a parameter type', powerType, 3, 3],
    ['a strategy', corner, 3, 3],
  ])('%s is one new file, and lines in two others', (_, { files, lines }, places, added) => {
    expect(Object.keys(files).length + Object.keys(lines).length).toBe(places);
    expect(Object.values(lines).flat()).toHaveLength(added);
  });

  it('both have the right types everywhere', () => {
    node('node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.copy.json');
  });

  it('both are known to the library, study files, their schema, the command line and the page', () => {
    const { best, decoded, ...rest } = JSON.parse(node('node_modules/tsx/dist/cli.mjs', 'program.ts'));
    expect(best).toEqual({ width: 8, rate: expect.any(Number) });
    expect(decoded).toEqual({ w: 64 });
    expect(rest).toEqual({
      file: { corner: { distance: 0.3 } },
      text: 16,
      scale: ['8', '16', '32', '64'],
      schema: [true, true],
      refusals: [
        'parameters.w.low: expected a whole number of at least 0, got 3.5',
        'strategy.corner.distance: expected a number above 0 and at most 1, got 2',
        'strategy.corner.distanc: expected one of the options distance, got "distanc"; did you mean distance?',
      ],
    });
  });

  it('a line that is left out is missed', () => {
    const path = join(copy, 'src/space/types/dimension.ts');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('  power: powerType,\n', ''));
    expect(() => node('node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.copy.json')).toThrow('power');
    writeFileSync(path, text);
  });
});

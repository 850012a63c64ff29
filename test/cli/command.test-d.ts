import { expectTypeOf, it } from 'vitest';
import { declare } from '../../src/cli/command.ts';
import { among, flag, many, needed, preset, value, wholeNumber } from '../../src/cli/parts.ts';

it('a command gets values of the types that its parts have', () => {
  declare({
    description: 'Tries the best configurations again.',
    arguments: { file: needed('file', 'a file'), trials: many('trials', 'numbers', { kind: wholeNumber }) },
    options: {
      top: preset('n', 'how many', 5, { kind: wholeNumber }),
      theme: value('theme', 'colours', { kind: among(['light', 'dark']) }),
      json: flag('as JSON'),
    },
    run: async ({ file, trials, top, theme, json, program }) => {
      expectTypeOf(file).toEqualTypeOf<string>();
      expectTypeOf(trials).toEqualTypeOf<readonly number[] | undefined>();
      expectTypeOf(top).toEqualTypeOf<number>();
      expectTypeOf(theme).toEqualTypeOf<'light' | 'dark' | undefined>();
      expectTypeOf(json).toEqualTypeOf<boolean | undefined>();
      expectTypeOf(program).toEqualTypeOf<readonly string[]>();
      return 0;
    },
  });
});

it('an option that was renamed is unknown to what uses its old name', () => {
  declare({
    description: 'Tries the best configurations again.',
    options: { most: preset('n', 'how many', 5, { kind: wholeNumber }) },
    // @ts-expect-error: `top` is now `most`
    run: async ({ top }) => top,
  });
});

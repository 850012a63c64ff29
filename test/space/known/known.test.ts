import { describe, expect, it } from 'vitest';
import { bool, finite, positive, text } from '../../../src/schema/optionRules.ts';
import { programNamed, withKnownPriors } from '../../../src/space/known/known.ts';
import table from '../../../src/space/known/programs.json' with { type: 'json' };
import { knownPrograms } from '../../../src/space/known/programs.ts';
import { beta, logNormal, normal, weights } from '../../../src/space/prior.ts';
import { checkedBy, fields, nonEmptyListOf, oneOrMore } from '../../../src/space/shape.ts';
import { space } from '../../../src/space/space.ts';
import {
  boolean,
  choice,
  constant,
  type Dimension,
  type Dimensions,
  float,
  int,
  ordinal,
  when,
} from '../../../src/space/types/dimension.ts';
import { refusal } from '../helpers.ts';

/** The prior of one parameter of a program. */
const priorOf = (name: string, dimension: Dimension, program = 'sklearn.svm.SVC') => {
  const found: Dimension = withKnownPriors({ [name]: dimension }, { program })[name]!;
  return 'prior' in found ? found.prior : undefined;
};

const [pair, words, anything] = [nonEmptyListOf(checkedBy(finite)), oneOrMore(checkedBy(text)), { schema: {}, read: () => undefined }];
const types = { float: pair, int: pair, choice: nonEmptyListOf(anything), boolean: checkedBy(bool) };
const priors = { normal: pair, logNormal: pair, weights: nonEmptyListOf(checkedBy(positive)) };
const scales = { log: checkedBy(bool), logit: checkedBy(bool) };
const row = fields({ name: words, in: words }, { ...types, ...scales, ...priors, default: anything, note: checkedBy(text) });

describe('the table', () => {
  const rows = knownPrograms().flatMap(({ names, parameters }) =>
    Object.entries(parameters).flatMap(([name, known]) => known.map((one) => ({ program: names[0]!, name, ...one }))),
  );

  it('has rows of one form, for programs that it has', () => {
    for (const [i, one] of table.rows.entries()) {
      row.read(`rows[${i}]`, one);
      const has = (some: object) => Object.keys(some).filter((key) => key in one).length;
      expect([has(types), has(scales) > 1, has(priors) > 1], one.name.toString()).toEqual([1, false, false]);
    }
    const programs = Object.keys(table.programs).map((key) => `${key}.`);
    for (const key of [...table.rows.map((one) => one.in), ...Object.values(table.sources)].flat())
      expect(
        programs.filter((program) => program.startsWith(`${key}.`)),
        key,
      ).not.toEqual([]);
    for (const { names, source, parameters } of knownPrograms()) {
      expect(source && Object.keys(parameters).length, names[0]).toBeGreaterThan(0);
      for (const name of names) expect(programNamed(name).names).toBe(names);
    }
  });

  it('each row is a parameter whose prior has its centre in the range', () => {
    for (const { program, name, dimension } of rows) {
      expect(() => space({ [name]: dimension } as Dimensions), `${program} ${name}`).not.toThrow();
      if (dimension.type !== 'float' && dimension.type !== 'int') continue;
      const { prior, low, high } = dimension;
      const centre = prior && ('normal' in prior ? prior.normal.median : 'logNormal' in prior ? prior.logNormal.median : Number.NaN);
      if (prior) expect(centre! >= low && centre! <= high, `${program} ${name}`).toBe(true);
    }
    expect(new Set(rows.map(({ program, name }) => `${program} ${name}`)).size).toBe(475); // as the reference says
  });
});

describe('priors by name', () => {
  it('a parameter of the program gets its prior, one with a prior keeps it, and another one has none', () => {
    const C = float(0.1, 1000, { log: true });
    expect(priorOf('C', C)).toEqual({ logNormal: { median: 10, sigma: 2.3 } });
    expect(priorOf('C', float(0.1, 1000, { log: true, prior: beta(2, 2) }))).toEqual(beta(2, 2));
    expect(priorOf('unheard', C)).toBeUndefined();
    expect(priorOf('toString', C)).toBeUndefined();
    expect(priorOf('C', when('kernel', 'rbf', C))).toBeDefined();
    expect(priorOf('C', constant(1))).toBeUndefined();
  });

  it('a centre outside of the range moves to its end', () => {
    expect(priorOf('C', float(100, 1000, { log: true }))).toEqual(logNormal(100, 2.3));
    expect(priorOf('coef0', float(1, 2))).toEqual(normal(1, 0.5));
    expect(priorOf('C', float(-2, -1))).toBeUndefined();
    const narrow = space(withKnownPriors({ C: float(1e290, 1e300, { log: true }) }, { program: 'SVC' }));
    expect(narrow.axes[0]!.prior!.quantile(0.5)).toBeLessThan(0.1);
  });

  it('another type has no prior; the scale decides between two', () => {
    expect(priorOf('C', int(1, 100))).toBeUndefined();
    expect(priorOf('gamma', choice(['scale', 'auto']))).toEqual(weights([2, 1]));
    expect(priorOf('shrinking', boolean())).toBeUndefined();
    const tree = 'sklearn.tree.DecisionTreeClassifier';
    expect(priorOf('ccp_alpha', float(0, 0.1), tree)).toEqual(normal(0, 0.01));
    expect(priorOf('ccp_alpha', float(1e-4, 0.1, { log: true }), tree)).toEqual(logNormal(1e-3, 1.8));
    expect(priorOf('ccp_alpha', float(1e-4, 0.1, { logit: true }), tree)).toEqual(logNormal(1e-3, 1.8));
  });

  it('weights follow the values, and an unknown value has their mean', () => {
    expect(priorOf('kernel', choice(['linear', 'rbf']))).toEqual(weights([2, 5]));
    expect(priorOf('kernel', ordinal(['rbf', 'mine', 'poly']))).toEqual(weights([5, 3, 1]));
    expect(priorOf('kernel', choice(['rbf', 'mine']))).toBeUndefined();
  });

  it('without a program, only a name that means the same everywhere has a prior, and only if asked', () => {
    const given = {
      top_k: int(1, 100, { log: true }),
      learning_rate: float(1e-4, 1, { log: true }),
      lr: float(0, 1, { prior: normal(0, 1) }),
    };
    expect(withKnownPriors(given, {})).toBe(given);
    expect(withKnownPriors(given, { priors: 'known' })).toEqual({ ...given, top_k: int(1, 100, { log: true, prior: logNormal(40, 0.9) }) });
    expect(withKnownPriors(given, { program: 'openai.OpenAI', priors: 'none' })).toEqual({ ...given, lr: float(0, 1) });
  });

  it('finds a program by its full name, by its last word, and by its package if several have the word', () => {
    const names = (name: string) => programNamed(name).names;
    expect(names('DecisionTreeRegressor')).toContain('sklearn.tree.DecisionTreeClassifier');
    expect(names('sklearn.tree._classes.DecisionTreeRegressor')).toContain('sklearn.tree.DecisionTreeClassifier');
    expect(names('tf.keras.optimizers.Adam')).toContain('keras.optimizers.Adam');
    expect(refusal(() => programNamed('Adam'))).toMatch(/^program: /);
    expect(refusal(() => programNamed('sklearn.svm.SVD'))).toContain('sklearn.svm.SVC');
  });
});

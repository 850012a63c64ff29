import type { StrategySpec } from '../../../streams/index.ts';

/** What the gate expects of a strategy. */
export interface Expected {
  readonly spec: StrategySpec;
  /** From how many trials on it must be better than random search on problems of each kind. Before, it must be no worse. Absent: it need never be better. */
  readonly betterFrom?: number;
  /** Before so many trials, it is not judged. */
  readonly from?: number;
  /** Whether it tries configurations again, or resumes trials, on purpose. */
  readonly repeats?: true;
  /** Why it may be worse, or refuse a space, for a strategy without any limit. */
  readonly excused?: string;
}

const model = (name: string): Expected => ({ spec: name, betterFrom: 25 });
/** A design does not learn, and evolution needs more than 100 trials where branches or few parameters matter: they must be no worse. */
const plain = (name: string): Expected => ({ spec: name });
/** It stops or repeats trials of another strategy. The problems of the gate report no steps, so that there is nothing to stop. */
const about = (name: string, options: object = {}): Expected => ({ spec: { chain: [{ [name]: options }, 'random'] } as StrategySpec });
/** It searches near a few points, by gradients that a program tells, or by differences, which cost a trial for each parameter. */
const local = (name: string): Expected => ({
  ...about(name),
  excused: 'it refines a point, and does not look elsewhere: let it follow another strategy',
});

/** Each strategy of the catalogue. */
export const expected: Readonly<Record<string, Expected>> = {
  auto: model('auto'),
  bo: model('bo'),
  tpe: model('tpe'),
  forest: model('forest'),
  // Its first generation is around the middle.
  cmaes: { spec: 'cmaes', from: 25 },
  ga: plain('ga'),
  nsga2: plain('nsga2'),
  nsga3: plain('nsga3'),
  pbt: about('pbt', { interval: 1, max: 1 }),
  random: plain('random'),
  sobol: plain('sobol'),
  grid: {
    spec: 'grid',
    excused: 'few of its values are tried in few trials, and where one parameter matters, most trials repeat its value',
  },
  asha: about('asha', { min: 1, max: 9 }),
  hyperband: about('hyperband', { min: 1, max: 9 }),
  percentileStop: about('percentileStop'),
  patience: about('patience', { steps: 3 }),
  confirm: { ...about('confirm'), repeats: true },
  external: about('external', { proposer: 'agent', wait: 0 }),
  lbfgs: local('lbfgs'),
  sgd: local('sgd'),
};

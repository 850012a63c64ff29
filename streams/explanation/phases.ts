/** What a strategy does in each phase of each machine, as a sentence after its name. Keys are ids of states. */
const sentences: Readonly<Record<string, string>> = {
  'surrogate.exploring': 'tries points without a model, until there are enough results for one',
  'surrogate.modelling': 'proposes the most promising point according to its model of the results',
  'surrogate.diversifying': 'repeats itself, so some of its points are chosen without its model',
  'surrogate.sharing': 'does not predict the order of the results, so it leaves some suggestions to the next stage',
  'surrogate.fitting': 'fits its model in a thread; suggestions wait for it',
  'surrogate.fallingBack': 'could not fit a model, so it tries points without one until the next result',
  'halving.learning': 'starts configurations as controls, which show how well the first rung that counts predicts the next one',
  'halving.filling': 'starts new configurations at the first rung, or in a bracket that is not full',
  'halving.promoting': 'resumes the best configurations of a rung',
  'race.opening': 'begins configurations on the first examples, until one of them leads',
  'race.growing': 'evaluates the leader on more examples',
  'race.challenging': 'begins configurations on the examples of the leader',
  'handOver.answering': 'chooses the trials; the stages after it wait',
  'handOver.handedOver': 'has handed over: the next stage chooses from now on',
  'evolution.founding': 'tries the first members of a population',
  'evolution.breeding': 'proposes children of the members of its population',
  'evolution.settling': 'has suggested a whole generation, and waits for its results',
  'evolution.spent': 'has suggested its last trial',
  'population.founding': 'starts new members of its population',
  'population.training': 'continues the member that is furthest behind, perhaps from a copy of a better one',
  'population.spent': 'has trained all members to their full budget',
  'external.awaiting': 'waits for its proposer',
  'external.proposing': 'passes on what its proposer proposed',
  'external.absent': 'waits no longer for its proposer: the next stage chooses until it proposes again',
  'sequence.drawing': 'proposes the points of its sequence',
  'sequence.spent': 'has suggested all of its points',
};

/** The phases of a descent, by either method. */
const descents = {
  starting: 'looks for a point to start from',
  stepping: 'tries the next point along the gradient',
  searching: 'tries a step along a line',
  probing: 'tries points around a point to find its gradient',
  averaging: 'tries the average of its points',
  restarting: 'has converged or failed, and begins the next descent near the best trial',
  spent: 'has ended its last descent',
};

/** What a machine does in a state, in words; undefined for a state without. @param id such as `sgd.probing` */
export function phaseText(id: string): string | undefined {
  const [chart, phase] = id.split('.') as [string, string];
  return own(sentences, id) ?? (chart === 'sgd' || chart === 'lbfgs' ? own(descents, phase) : undefined);
}

/** What a strategy did when it suggested a trial, from the tag `phase` of strategies with a model. */
export const taggedPhaseText = (phase: string): string | undefined =>
  own(sentences, `surrogate.${phase.replace(/ (\w)/, (_, letter: string) => letter.toUpperCase())}`);

/** How strategies choose a trial, as a sentence after their name. Those with a model say it in the tag `phase`. */
const methods: Readonly<Record<string, string>> = {
  cmaes: 'draws from a normal distribution that it fits to the best trials',
  confirm: 'tries a good configuration again, to see whether its result repeats',
  external: 'passes on what its proposer proposed',
  ga: 'combines good trials, and changes the result at random',
  grid: 'tries all combinations of a few values of each parameter in turn',
  lbfgs: 'follows the gradients of the loss',
  nsga2: 'combines trials on or near the front, and changes the result at random',
  nsga3: 'combines trials on or near the front, and changes the result at random',
  pbt: 'trains a population, and replaces its worst members by changed copies of the best',
  race: 'evaluates a leader on more examples',
  random: 'draws each parameter at random, from its prior if it has one',
  sgd: 'follows the gradients of the loss',
  sobol: 'covers the space evenly',
  tpe: 'draws candidates where good trials lie, and proposes the one that is least likely among the others',
};

/** Trials that no strategy suggested. */
const others: Readonly<Record<string, string>> = {
  queue: 'A person or a program asked for this configuration.',
  import: 'This trial was imported from elsewhere.',
};

/** How a trial was chosen, as a sentence; undefined for a strategy that is not ours. @param by its path, whose last part is the strategy, such as `chain/tpe 2` */
export function choiceText(by: string, phase: string | undefined): string | undefined {
  const stage = by.split('/').at(-1)!;
  const text = (phase === undefined ? undefined : taggedPhaseText(phase)) ?? own(methods, stage.replace(/ \d+$/, ''));
  return text === undefined ? own(others, by) : `${stage} ${text}.`;
}

const own = (texts: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(texts, name) ? texts[name] : undefined;

/** From which step on trials are compared, and why, as text for people from the tag, such as `3: 1 predicts ...`. */
export function firstRungText(tag: string): string {
  const [rung, reasons] = tag.split(/: (.*)/s);
  if (reasons === undefined) return `step ${tag}`;
  const plain = reasons.replaceAll(
    /(\S+) predicts the order at (\S+) with a Kendall's tau of (\S+) \((\d+) configurations\)/g,
    (_, from, to, tau, count) =>
      `of two trials, the better one at step ${from} is the better one at step ${to} in about ${sameOrder(Number(tau))} % of cases (${count} configurations)`,
  );
  return `step ${rung} on: ${plain}`;
}

/** The share of pairs in the same order that a Kendall's tau stands for, in per cent. */
const sameOrder = (tau: number): number => Math.round(50 * (1 + tau));

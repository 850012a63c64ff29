import { chart } from './chart.ts';

/** A strategy or composition without phases: it answers all asks in the same way. */
export const answeringChart = chart('answering', 'answering', { answering: {} });

/** Points that depend on no result, until there are none left: random, grid, Sobol. */
export const sequenceChart = chart('sequence', 'drawing', { drawing: { exhausted: 'spent' }, spent: 'final' });

/** A strategy answers asks for a while, and hands them on for good afterwards: `take`, `until`. */
export const handOverChart = chart('handOver', 'answering', { answering: { passed: 'handedOver' }, handedOver: 'final' });

/**
 * Population based training. `founding`: asks begin new members. `training`: asks continue the member that is furthest behind, perhaps from the
 * checkpoint of a better one. `spent`: all members have reached their full budget.
 */
export const populationChart = chart('population', 'founding', {
  founding: { founded: 'training', finished: 'spent' },
  training: { finished: 'spent' },
  spent: 'final',
});

/**
 * An evolutionary strategy. `founding`: asks get members of a first population, which depend on no result; a search that has converged founds another
 * one. `breeding`: asks get children of the population. `settling`: the generation is complete, and asks wait until all its trials have ended;
 * steady-state strategies never enter this phase. `spent`: the last trial has been suggested.
 */
export const evolutionChart = chart('evolution', 'founding', {
  founding: { founded: 'breeding', full: 'settling', finished: 'spent' },
  breeding: { converged: 'founding', full: 'settling', finished: 'spent' },
  settling: { founded: 'breeding', converged: 'founding', finished: 'spent' },
  spent: 'final',
});

/**
 * A strategy that models results: TPE, random forests, Gaussian processes. `exploring`: asks get points that need no model, until there are enough
 * results. `modelling`: asks get what the model proposes. `diversifying`: the model repeats itself, so some asks get points that need none. `sharing`:
 * the model does not predict the order of the results, so some asks are handed on. `fallingBack`: no model could be fitted, so asks get points that
 * need none until the next result. `fitting`: a long fit runs in a thread, and asks wait for it. If several are due, `unfit` comes first, then `fitNeeded`,
 * `repeating` and `blind`, which only the model of `auto` can be.
 */
export const surrogateChart = chart('surrogate', 'exploring', {
  exploring: { ready: 'modelling' },
  modelling: { repeating: 'diversifying', blind: 'sharing', unfit: 'fallingBack', fitNeeded: 'fitting' },
  diversifying: { reconsidered: 'modelling' },
  sharing: { reconsidered: 'modelling' },
  fallingBack: { reconsidered: 'modelling' },
  fitting: { reconsidered: 'modelling' },
});

/**
 * Successive halving, which decides how long trials train. `filling`: a configuration begins at the first rung that counts, or in a bracket that has
 * room. `promoting`: trials wait at a rung, and the best there are resumed. `learning`: a configuration begins as a control, which shows how well the first
 * rung that counts predicts the next one. Trials wait only if they pause at rungs; those that keep training are stopped in any phase.
 */
export const halvingChart = chart('halving', 'filling', {
  filling: { promotable: 'promoting', controlDue: 'learning' },
  promoting: { reconsidered: 'filling' },
  learning: { reconsidered: 'filling' },
});

/**
 * A race on examples. `opening`: there is no leader yet, and asks begin configurations on the first examples. `growing`: the leader is evaluated on more examples.
 * `challenging`: asks begin challengers, which take the examples of the leader and are stopped once they are probably worse.
 */
export const raceChart = chart('race', 'opening', {
  opening: { led: 'challenging' },
  growing: { reconsidered: 'challenging' },
  challenging: { growthDue: 'growing' },
});

/**
 * Gradient descent in which each evaluation is a trial, in rounds; the results of a round decide the next one. `starting`: evaluates the start.
 * `stepping`: evaluates the next iterate; a step that is too long is undone. `probing`: the trainer reported no gradient, so it is estimated by differences,
 * whose trials can run at once. `averaging`: evaluates the average of the iterates. `restarting`: a descent has converged or failed, and the next one starts. `spent`: the last
 * descent has ended.
 */
export const sgdChart = chart(
  'sgd',
  'starting',
  { starting: {}, stepping: {}, probing: {}, averaging: {}, restarting: {}, spent: 'final' },
  {
    downhill: 'stepping',
    overshot: 'stepping',
    noGradient: 'probing',
    averageDue: 'averaging',
    failed: 'restarting',
    converged: 'restarting',
    finished: 'spent',
  },
);

/**
 * L-BFGS-B in which each evaluation is a trial, in rounds. `starting`: evaluates the start. `searching`: evaluates a step along the line; a step that
 * is too long is shortened, and an accepted one begins the next line. `probing`: the trainer reported no gradient, so it is estimated by differences,
 * whose trials can run at once. `restarting`: the descent has converged or failed, and the next one starts. `spent`: the last descent has ended.
 */
export const lbfgsChart = chart(
  'lbfgs',
  'starting',
  { starting: {}, searching: {}, probing: {}, restarting: {}, spent: 'final' },
  {
    downhill: 'searching',
    overshot: 'searching',
    noGradient: 'probing',
    failed: 'restarting',
    converged: 'restarting',
    finished: 'spent',
  },
);

/**
 * An external proposer. Its proposals answer asks while there are any (`proposing`); otherwise asks wait for one (`awaiting`) until the proposer has
 * taken too long. Then it is `absent`, and asks are handed on, until it proposes again.
 */
export const externalChart = chart('external', 'awaiting', {
  awaiting: { proposed: 'proposing', missed: 'absent' },
  proposing: { reconsidered: 'awaiting' },
  absent: { reconsidered: 'awaiting' },
});

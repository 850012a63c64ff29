/**
 * Version of the rules that decide which facts count, for new studies. An older log keeps its rules, so that it folds as it did when it was
 * written, until a `changed` fact raises them.
 *
 * - 1: the first rules.
 * - 2: a fact of a named trainer counts only if it names a run that this trainer has claimed. A suggestion may skip numbers, which are then
 *   void. The stream alone limits the length of facts. Lost or preempted attempts do not use up the attempts for errors. Losses that
 *   strategies see are bounded. A checkpoint that begins with a dash is ignored.
 * - 3: of lost or preempted attempts, only those count that a trainer has claimed and that have reported nothing.
 * - 4: an error within 10 seconds of the claim ends no trial while other trainers work: one of them tries it. Trainers can be told to
 *   pause or to end. An attempt that no trainer has claimed is never counted.
 * - 5: a cancelled trial whose trainer is lost or fails before it obeys ends as stopped, with its last report as the result.
 */
export const RULES = 5;

/**
 * Version of the decisions of strategies, for new studies. It grows with each change after which the same log gives other suggestions; an
 * older study continues with the new decisions.
 *
 * - 1: the first decisions.
 * - 2: `asha`, `hyperband` and `bohb` stop trials that fall behind, unless they are set to pause them, and learn their first rung; models order
 *   trials over all budgets.
 * - 3: strategies keep state in tags as JSON. In an older log, `de`, `cmaes`, `sgd` and `lbfgs` find no such state, and start again from the results.
 *   `cmaes` orders eigenvectors by their eigenvalues and normalises their signs. The draws of neighbouring asks are independent.
 * - 4: `auto` uses `bo` for up to 100 parameters, and hands a third of the asks to `tpe` while the model of `bo` does not predict the order of the
 *   results. On a log scale, `bo` tells bad losses apart. The better low budgets predict the order at high ones, the fewer configurations
 *   `hyperband` and `bohb` begin at high budgets. `sgd` and `lbfgs` begin later descents near the best trial, and their steps have other lengths.
 *   State in tags is marked (see `stateTag`).
 */
export const DECISIONS = 4;

export { MismatchError, OptionError, SpaceError, StalledError, StrategyError, UserError } from '../src/errors.ts';
export type { Entry } from '../src/facts/entry.ts';
export type {
  Changed,
  Closed,
  CloseReason,
  Command,
  Completed,
  Created,
  Fact,
  FailureReason,
  Limits,
  ObjectiveSpec,
  Params,
  TrialEvent,
  Values,
} from '../src/facts/facts.ts';
export type { Refusal } from '../src/facts/refusal.ts';
export type { ExpectedGain } from '../src/insight/recommendation/expectedGain.ts';
export type { Recommendation } from '../src/insight/recommendation/recommendation.ts';
export type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
export type { Rng } from '../src/numeric/random.ts';
export type { Axis, Point } from '../src/space/axis.ts';
export { atLeast, atMost, forbid, predicate } from '../src/space/constraint.ts';
export { beta, logNormal, normal, weights } from '../src/space/prior.ts';
export type { Infer, Space } from '../src/space/space.ts';
export { parseSpace, space } from '../src/space/space.ts';
export { boolean, choice, constant, float, int, ordinal, when } from '../src/space/types/dimension.ts';
export type { Core, Fold } from '../src/strategy/core.ts';
export type { ChartData, Env, Inspection, Watch } from '../src/strategy/env.ts';
export { child, isBy } from '../src/strategy/env.ts';
export type {
  Ask,
  Decision,
  Ended,
  Message,
  Proposal,
  Propose,
  Reported,
  StrategyEvent,
  Suggested,
  Tags,
  TrialId,
  Wait,
} from '../src/strategy/messages.ts';
export { isEvent, propose, stateIn, stateTag, wait } from '../src/strategy/messages.ts';
export { RefusedError } from '../src/study/commands.ts';
export type { CompletedRow, TrialRow, TrialStatus } from '../src/study/trials.ts';
export { version } from '../src/version.ts';
export { applyEntries } from './engine/applyEntries.ts';
export type { Difference } from './engine/difference.ts';
export type { Directive, Rejected, StopDirective, Suggestion } from './engine/directive.ts';
export type { EarlierOption, EarlierStudy } from './engine/earlier.ts';
export { suggest } from './engine/suggest.ts';
export type { OtherDecisions, Verdict } from './engine/verify.ts';
export { verify } from './engine/verify.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export type { StrategyDefinition } from './kernel/defineStrategy.ts';
export { defineStrategy } from './kernel/defineStrategy.ts';
export { drive, type Inspect } from './kernel/drive.ts';
export { runInner } from './kernel/inner.ts';
export { operatorOf, type RunningStrategy } from './kernel/operator.ts';
export type { Strategy, StrategySpec } from './kernel/strategy.ts';
export { partOf, stage, withSpec } from './kernel/strategy.ts';
export type { Log } from './log/log.ts';
export { memoryLog } from './log/memory.ts';
export { type Evaluation, InfeasibleError, type Objective, type Told, type Trial, type Valued } from './objective.ts';
export { budget } from './operators/budget.ts';
export { chain } from './operators/chain.ts';
export { dedupe, reject } from './operators/exclude.ts';
export { fill } from './operators/fill.ts';
export type { Arms } from './operators/route.ts';
export { bandit, mix } from './operators/route.ts';
export { take } from './operators/take.ts';
export type { Condition, PlateauOptions } from './operators/until.ts';
export { plateau, until } from './operators/until.ts';
export type { Progress } from './results/observe.ts';
export { best, progress, trials } from './results/observe.ts';
export type { Front, ParetoOptions } from './results/pareto.ts';
export { pareto } from './results/pareto.ts';
export type { StrategyOption, StudyOptions } from './spec/options.ts';
export { parseStrategy } from './spec/spec.ts';
export type { AshaOptions } from './strategies/asha.ts';
export { asha } from './strategies/asha.ts';
export { auto } from './strategies/auto.ts';
export type { BoOptions } from './strategies/bo.ts';
export { bo } from './strategies/bo.ts';
export type { ConfirmOptions } from './strategies/confirm.ts';
export { confirm } from './strategies/confirm.ts';
export type { PatienceOptions } from './strategies/earlyStopping/patience.ts';
export { patience } from './strategies/earlyStopping/patience.ts';
export type { MedianStopOptions, PercentileStopOptions } from './strategies/earlyStopping/percentileStop.ts';
export { medianStop, percentileStop } from './strategies/earlyStopping/percentileStop.ts';
export type { ThresholdStopOptions } from './strategies/earlyStopping/thresholdStop.ts';
export { thresholdStop } from './strategies/earlyStopping/thresholdStop.ts';
export type { CmaesOptions } from './strategies/evolution/cmaes.ts';
export { cmaes } from './strategies/evolution/cmaes.ts';
export type { DeOptions } from './strategies/evolution/de.ts';
export { de } from './strategies/evolution/de.ts';
export type { GaOptions } from './strategies/evolution/ga.ts';
export { ga } from './strategies/evolution/ga.ts';
export type { Nsga2Options } from './strategies/evolution/nsga2.ts';
export { nsga2 } from './strategies/evolution/nsga2.ts';
export type { Nsga3Options } from './strategies/evolution/nsga3.ts';
export { nsga3 } from './strategies/evolution/nsga3.ts';
export { type ExternalOptions, external } from './strategies/external.ts';
export type { ForestOptions } from './strategies/forest.ts';
export { forest } from './strategies/forest.ts';
export type { LbfgsOptions } from './strategies/gradient/lbfgs.ts';
export { lbfgs } from './strategies/gradient/lbfgs.ts';
export type { SgdOptions } from './strategies/gradient/sgd.ts';
export { sgd } from './strategies/gradient/sgd.ts';
export type { GridOptions } from './strategies/grid.ts';
export { grid } from './strategies/grid.ts';
export type { HaltonOptions } from './strategies/halton.ts';
export { halton } from './strategies/halton.ts';
export type { BohbOptions, HyperbandOptions, SuccessiveHalvingOptions } from './strategies/hyperband.ts';
export { bohb, hyperband, successiveHalving } from './strategies/hyperband.ts';
export type { LatinHypercubeOptions } from './strategies/latinHypercube.ts';
export { latinHypercube } from './strategies/latinHypercube.ts';
export type { PbtOptions } from './strategies/pbt.ts';
export { pbt } from './strategies/pbt.ts';
export { random } from './strategies/random.ts';
export type { SobolOptions } from './strategies/sobol.ts';
export { sobol } from './strategies/sobol.ts';
export type { TpeOptions } from './strategies/tpe.ts';
export { tpe } from './strategies/tpe.ts';
export type { CreateStudyOptions } from './study/createStudy.ts';
export { createStudy } from './study/createStudy.ts';
export type { Failure } from './study/noResult.ts';
export { NoResultError } from './study/noResult.ts';
export type { Optimization, OptimizeOptions, OptimizeResult } from './study/optimize.ts';
export { optimize } from './study/optimize.ts';
export type { RunStudyOptions } from './study/runStudy.ts';
export { runStudy } from './study/runStudy.ts';
export type { Study } from './study/study.ts';

export type { Entry } from '../src/facts/entry.ts';
export type {
  Changed,
  Closed,
  CloseReason,
  Completed,
  Created,
  Fact,
  FailureReason,
  Limits,
  ObjectiveSpec,
  Params,
  TrialEvent,
  UserFact,
  Values,
} from '../src/facts/facts.ts';
export type { Refusal } from '../src/facts/refusal.ts';
export type { Recommendation } from '../src/insight/recommendation/recommendation.ts';
export type { Repetition } from '../src/insight/recommendation/repeats.ts';
export type { Advice } from '../src/insight/recommendation/verdict.ts';
export type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
export type { Axis, Point } from '../src/space/axis.ts';
export { atLeast, atMost, forbid, predicate } from '../src/space/constraint.ts';
export { type KnownOptions, withKnownPriors } from '../src/space/known/known.ts';
export { beta, logNormal, normal, weights } from '../src/space/prior.ts';
export type { Infer, Space } from '../src/space/space.ts';
export { space } from '../src/space/space.ts';
export { boolean, choice, constant, float, int, ordinal, when } from '../src/space/types/dimension.ts';
export type { ChartData, Env, Inspection, Watch } from '../src/strategy/env.ts';
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
export type { CompletedRow, TrialRow, TrialStatus } from '../src/study/trials.ts';
export type { Difference } from './engine/difference.ts';
export type { Directive, Rejected, StopDirective, Suggestion } from './engine/directive.ts';
export type { EarlierOption, EarlierStudy } from './engine/earlier.ts';
export { type SuggestOptions, suggest } from './engine/suggest.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export type { ParseStrategy, Strategy, StrategySpec } from './kernel/strategy.ts';
export type { Log } from './log/log.ts';
export {
  type Evaluation,
  type ExampleEvaluation,
  InfeasibleError,
  type Objective,
  type Told,
  type Trial,
  type Valued,
} from './objective.ts';
export type { Progress } from './results/observe.ts';
export { best, progress, trials } from './results/observe.ts';
export type { Front, ParetoOptions } from './results/pareto.ts';
export { pareto } from './results/pareto.ts';
export type { FoundStrategy, ParseOption, StrategyOption, StudyOptions } from './spec/options.ts';
export type { CreateStudyOptions } from './study/createStudy.ts';
export { createStudy } from './study/createStudy.ts';
export { type EachObjective, each } from './study/each.ts';
export { type Optimization, type OptimizeOptions, optimize } from './study/optimize.ts';
export { type Failure, NoResultError } from './study/port/noResult.ts';
export type { Study, StudyResult } from './study/study.ts';

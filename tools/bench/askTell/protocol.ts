import type { SpaceData } from '../../../src/space/schema.ts';
import type { Value } from '../../../src/space/value.ts';

/** A parameter as the protocol writes it. */
interface ParameterData {
  readonly type: 'float' | 'int' | 'categorical';
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly step?: number;
  readonly choices?: readonly Value[];
  readonly when?: { readonly param: string; readonly in: readonly Value[] };
}

/** `max_step`: a trial is trained step by step up to it, and `budget` counts steps. */
export interface InitRequest {
  readonly cmd: 'init';
  readonly space: Readonly<Record<string, ParameterData>>;
  readonly seed?: number | string;
  readonly direction?: 'minimize' | 'maximize';
  readonly budget?: number | null;
  readonly workers?: number;
  readonly max_step?: number | null;
}

export interface TellRequest {
  readonly cmd: 'tell';
  readonly id: number;
  readonly value: number | null;
  readonly step?: number;
  readonly stopped?: boolean;
  readonly grad?: Readonly<Record<string, number>>;
}

export interface ReportRequest {
  readonly cmd: 'report';
  readonly id: number;
  readonly step: number;
  readonly value: number;
}

/** A reply to `ask`. `until`: the step at which the trial pauses. */
export interface AskReply {
  readonly id: number;
  readonly params: unknown;
  readonly until?: number;
}

/** Converts a space from the form of the protocol. */
export const spaceDataOf = (space: InitRequest['space']): SpaceData =>
  ({ parameters: Object.fromEntries(Object.entries(space).map(([name, parameter]) => [name, dimensionOf(parameter)])) }) as SpaceData;

function dimensionOf({ type, low, high, log, step, choices, when }: ParameterData): unknown {
  const condition = when && { when: { [when.param]: when.in } };
  if (type === 'categorical') return { type: 'choice', values: choices, ...condition };
  return { type, low, high, ...(log ? { log } : step !== undefined && { step }), ...condition };
}

/** The default strategy: trials that can be trained step by step pause, because the protocol resumes them. */
export const defaultStrategy = ({ max_step: maxStep }: InitRequest): unknown =>
  maxStep ? { chain: [{ asha: { pause: true } }, 'auto'] } : 'auto';

/** Strategies that take their budgets from the study. */
const BUDGETED = ['asha', 'hyperband'];

/** A strategy as data, with the budgets 1 to `maxStep` for its parts that need budgets and have none. */
export function withBudgets(strategy: unknown, maxStep: number): unknown {
  if (typeof strategy === 'string') return BUDGETED.includes(strategy) ? { [strategy]: rangeTo(maxStep) } : strategy;
  if (Array.isArray(strategy)) return strategy.map((part) => withBudgets(part, maxStep));
  if (typeof strategy !== 'object' || strategy === null) return strategy;
  return Object.fromEntries(
    Object.entries(strategy).map(([name, options]) => [
      name,
      BUDGETED.includes(name) ? { ...rangeTo(maxStep), ...(options as object | null) } : withBudgets(options, maxStep),
    ]),
  );
}

/** Trials pause: in this protocol every trainer resumes. */
const rangeTo = (max: number) => ({ min: 1, max, pause: true });

/** Whether a strategy as data tries configurations at several budgets, so that their number is unknown. */
export const isBudgeted = (strategy: unknown): boolean => BUDGETED.some((name) => JSON.stringify(strategy).includes(`"${name}"`));

import { externalChart } from '../../machines/strategies.ts';
import { externalCore } from '../../src/samplers/external.ts';
import { notNegative, text } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, required } from '../../src/schema/optionSet.ts';
import { isEvent } from '../../src/strategy/messages.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export const externalOptions = {
  /** The name under which the proposer proposes. In study files, `external: agent` is short for `external: { proposer: agent }`. */
  proposer: required(text),
  /**
   * How many seconds an ask waits for a proposal. After that, the proposer counts as absent and asks are handed on, until it proposes again. With 0,
   * asks never wait: only earlier proposals are used. Default: 30.
   */
  wait: optional(notNegative, 30),
};
export type ExternalOptions = OptionsOf<typeof externalOptions>;

/**
 * An external strategy: a person, an agent or a program proposes configurations over HTTP, NATS, MCP or the command line, and each ask is answered
 * with the oldest proposal. Proposals and their expiry are facts, so a study can be resumed and verified without its proposer.
 *
 * Use it to let a person, an agent or a library in another language search together with other strategies. Put another strategy after it, which
 * answers while the proposer is absent.
 *
 * @throws OptionError
 * @example
 * mix({ model: [cmaes(), 0.7], agent: [chain(external('agent'), random()), 0.3] })
 * chain(external('optuna', { wait: 10 }), tpe())
 */
export function external(options: ExternalOptions): Strategy;
export function external(proposer: string, options?: Omit<ExternalOptions, 'proposer'>): Strategy;
export function external(first: string | ExternalOptions, more: Omit<ExternalOptions, 'proposer'> = {}): Strategy {
  const given = typeof first === 'string' ? { proposer: first, ...more } : first;
  return stageOf('external', externalOptions, given, (env, { proposer, wait: seconds }) =>
    drive(externalChart, externalCore(env, proposer, seconds), env, isEvent),
  );
}

/** The options in a study file, which may be the name alone. */
export const readProposer = (data: unknown): unknown => (typeof data === 'string' ? { proposer: data } : data);

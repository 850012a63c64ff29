import { OptionError } from '../../src/errors.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { pausingIn } from './defaults.ts';
import type { StudyOptions } from './options.ts';

/**
 * Why a strategy needs trainers that resume, and what to use with others. Otherwise, a trainer would start again at each rung, and early stopping
 * would cost more than none.
 *
 * @param strategy as data
 * @returns undefined if it does not resume trials
 */
export function needToResume(strategy: unknown): { readonly why: string; readonly otherwise: string } | undefined {
  const name = pausingIn(strategy);
  if (name === undefined) return undefined;
  const instead = ['asha', 'hyperband'].includes(name)
    ? 'leave out "pause: true", and trials are stopped instead of paused'
    : 'use asha, which stops trials instead of pausing them';
  return { why: `${name} pauses trials and resumes them`, otherwise: `otherwise ${instead}` };
}

/** @throws OptionError for a strategy that resumes trials, unless the options declare that the objective can */
export function checkDeclared(strategy: Strategy | undefined, { resumes = false }: StudyOptions): void {
  const need = resumes ? undefined : needToResume(strategy?.spec);
  if (need === undefined) return;
  const todo = `; ${need.why}: set it if the objective loads trial.checkpoint, or the trainer its checkpoint; ${need.otherwise}`;
  throw new OptionError('resumes', 'true', resumes, todo);
}

import { failureOf, type RequestFailure, StrategyError, UserError } from '../errors.ts';

/** Whether a client can correct an error. */
export const isOfClient = (error: unknown): boolean => error instanceof UserError || error instanceof StrategyError;

/** What a client learns of an error. One that it cannot correct is for the people who run the server. */
export function failureFor(error: unknown, warn: (message: string) => void): RequestFailure {
  const failure = failureOf(error);
  if (isOfClient(error)) return failure;
  warn(`a request failed: ${failure.error}`);
  return { ...failure, error: 'the server failed; its output says why' };
}

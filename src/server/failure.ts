import { failureOf, type RequestFailure, StrategyError, UserError } from '../errors.ts';

/** Whether a client can correct an error. */
export const isOfClient = (error: unknown): boolean => error instanceof UserError || error instanceof StrategyError;

/** The answer to a client after an error. Details of errors that it cannot correct are only for people who run the server. */
export function failureFor(error: unknown, warn: (message: string) => void): RequestFailure {
  const { error: message, code } = failureOf(error);
  if (!isOfClient(error)) warn(`a request failed: ${message}`);
  return { error: sentenceFor(error), code };
}

/** The sentence of `failureFor`. */
export function sentenceFor(error: unknown): string {
  return isOfClient(error) ? failureOf(error).error : 'the server failed; its output says why';
}

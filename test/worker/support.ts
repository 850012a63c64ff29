import { sharedCheckpoints } from '../../src/worker/sharedCheckpoints.ts';

type Options = Parameters<typeof sharedCheckpoints>[0];

/** An attempt at trial 1 of a worker that moves checkpoints. @param given what its suggestion says */
export function attemptOf(
  options: Pick<Options, 'directory'> & Partial<Options>,
  given: { readonly attempt?: number; readonly checkpoint?: string } = {},
) {
  const suggestion = { type: 'suggested', trial: 1, attempt: 1, by: 'random', params: {}, ...given } as const;
  const claim = { suggestion, run: 'r', trainer: 'w', signal: new AbortController().signal };
  const begin = () => ({ stop: () => {}, preempt: () => {} });
  return sharedCheckpoints({ study: 's', resumes: false, retryErrors: false, warn: () => {}, ...options })({ begin }, claim);
}

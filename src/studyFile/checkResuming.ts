import { needToResume } from '../../streams/spec/resuming.ts';
import { type CommandTemplate, mentions } from '../programs/template.ts';
import { UsageError } from '../text/usage.ts';

export interface Resuming {
  /** The strategy as data; undefined for the default one. */
  readonly strategy: unknown;
  /** Whether the study declares that its trainers resume. */
  readonly resumes: boolean;
  /** The command, if known. */
  readonly command?: CommandTemplate;
}

/**
 * Refuses a strategy that resumes trials if nothing declares that trainers resume.
 *
 * @throws UsageError
 */
export function checkResuming({ strategy, resumes, command }: Resuming): void {
  const need = needToResume(strategy);
  if (need === undefined || resumes || (command && mentions(command, ['budget', 'checkpoint']))) return;
  const where = command ? ', or pass {checkpoint} or {budget} to it' : '';
  throw new UsageError(
    `${need.why}, but the study does not declare that the trainer can resume: write "resumes: true" in the study file if it loads its checkpoint${where}; ${need.otherwise}`,
  );
}

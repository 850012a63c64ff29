import type { CloseReason } from '../facts/facts.ts';
import type { CommandStudy } from '../stores/locate.ts';
import { ledgerIn } from '../stores/trialTable.ts';
import type { Intent } from '../study/intents.ts';
import { inform } from '../text/output.ts';

type Enqueuing = Extract<Intent, { readonly type: 'enqueue' }>;

/**
 * Submits a command and prints its effect.
 *
 * @param now the message if the study runs. @param later the message if it takes effect in the next run.
 * @returns the exit status.
 */
export async function act(study: CommandStudy, intent: Intent, now: string | ((fact: unknown) => string), later = now): Promise<number> {
  const { fact, running } = await study.submit(intent);
  const message = running ? now : later;
  inform(typeof message === 'string' ? message : message(fact));
  return 0;
}

/** A study that has closed for one of these takes configurations as it is, or refuses them. */
const OPENED_REASONS: readonly CloseReason[] = ['trials', 'target', 'cost', 'spend'];

/**
 * Enqueues configurations. The limit of trials is raised if there is no room for them. A study that has closed for another reason is reopened, unless
 * it would close again at once: it refuses them until its limit is changed.
 *
 * @returns whether the study runs
 */
export async function enqueueAll(study: CommandStudy, configurations: readonly Omit<Enqueuing, 'type'>[]): Promise<boolean> {
  const { closed, settings } = await ledgerIn(study, study.created);
  if (closed !== undefined && !OPENED_REASONS.includes(closed)) await study.submit({ type: 'change', parallel: settings.parallel });
  let running = false;
  for (const configuration of configurations) ({ running } = await study.submit({ type: 'enqueue', ...configuration }));
  return running;
}

import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { Spending } from '../ledger/spending.ts';
import type { TrialId } from '../strategy/messages.ts';
import { RefusedError } from '../study/commands.ts';
import type { User } from './access/users.ts';
import type { OperationId } from './routes.ts';

/** What a user has used so far. */
interface Used {
  trials: number;
  cost: number;
}

/** The users whose allowances pay for the trials of a study. */
interface Causes {
  /** The user of each open trial. */
  readonly trials: Map<TrialId, string>;
  /** The user of each configuration that was enqueued or proposed, by position. */
  readonly queue: Map<number, string>;
  readonly spending: Spending;
}

/** Operations that a user with an allowance may not use, because others would pay for them. */
const COMMON: readonly OperationId[] = ['create', 'change'];

/**
 * What users have used of their allowances: the trials that they asked for, and the configurations that they enqueued or proposed. It is counted from
 * the logs of the studies, so a restart does not reset it.
 */
export class Allowances {
  readonly #used = new Map<string, Used>();
  /** Pending requests of each user that may cause a trial. */
  readonly #underWay = new Map<string, number>();
  readonly #causes = new Map<string, Causes>();

  /** Takes every entry that a study applies. */
  apply(study: string, { fact, event, position, author, refusal }: AppliedEntry): void {
    if (refusal) return;
    const causes = this.#causes.get(study) ?? { trials: new Map(), queue: new Map(), spending: new Spending() };
    this.#causes.set(study, causes);
    if ((fact.type === 'enqueued' || fact.type === 'proposed') && fact.user !== undefined) {
      causes.queue.set(position, fact.user);
      this.#of(fact.user).trials++;
    }
    const asker = fact.type === 'suggested' ? causes.queue.get(fact.queue ?? fact.proposal ?? 0) : undefined;
    if (fact.type === 'suggested' && asker !== undefined) causes.trials.set(fact.trial, asker);
    if (fact.type === 'started' && author !== undefined && !causes.trials.has(fact.trial)) {
      causes.trials.set(fact.trial, author);
      this.#of(author).trials++;
    }
    if (event?.type !== 'ended') return;
    const cost = causes.spending.add(event);
    const user = causes.trials.get(event.id);
    if (user !== undefined) this.#of(user).cost += cost;
    causes.trials.delete(event.id);
  }

  /** Admits a request if the allowance of its user permits it. @returns a function to call when it is answered. @throws RefusedError */
  admit(id: OperationId, user: User | undefined): () => void {
    if (user === undefined || (user.trials === undefined && user.cost === undefined)) return () => {};
    const { name, trials = Number.POSITIVE_INFINITY, cost = Number.POSITIVE_INFINITY } = user;
    if (COMMON.includes(id))
      throw new RefusedError({ code: 'allowance', message: `${name} has an allowance, so it cannot create or change studies` });
    if (id !== 'ask' && id !== 'enqueue' && id !== 'propose') return () => {};
    const used = this.#of(name);
    const underWay = this.#underWay.get(name) ?? 0;
    if (used.trials + underWay >= trials)
      throw new RefusedError({ code: 'allowance', message: `${name} has used its allowance of ${trials} trials` });
    if (used.cost >= cost) throw new RefusedError({ code: 'allowance', message: `${name} has used its allowance of ${cost} steps` });
    this.#underWay.set(name, underWay + 1);
    return () => void this.#underWay.set(name, this.#underWay.get(name)! - 1);
  }

  /** What a user has used. */
  of(name: string): Readonly<Used> {
    return this.#of(name);
  }

  #of(name: string): Used {
    const used = this.#used.get(name) ?? { trials: 0, cost: 0 };
    this.#used.set(name, used);
    return used;
  }
}

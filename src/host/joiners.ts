import { lostIn } from '../../streams/engine/runEngine.ts';
import { inTurn } from '../../streams/engine/timeout.ts';
import type { LocalPort } from '../../streams/study/port/local.ts';
import type { Named, Recorded, TrainerPort } from '../../streams/study/port/port.ts';
import type { Params } from '../facts/facts.ts';
import type { Said } from '../ledger/exampleFacts.ts';
import { heldIn } from '../ledger/openTrials.ts';
import type { Conversation } from '../stores/controlSocket.ts';
import { RefusedError } from '../study/commands.ts';
import { hasEnded, isOf } from './claimant.ts';
import type { Plugin } from './host.ts';

/** Limits that the program of a study sets. */
export interface NewLimits {
  /** How many trials the study has in all. */
  readonly trials?: number | undefined;
  /** How many are open at once. */
  readonly parallel?: number | undefined;
  /** Whether the program starts. A limit that it sent at an earlier start then does not undo a later change. */
  readonly start?: boolean | undefined;
}

/** What a process that evaluates trials asks of the one that runs the study. */
export interface TrainerRequests extends TrainerPort<Params> {
  /** @param named with its request: another process may have taken the study over before it was answered */
  record(fact: Said, named?: Named): Promise<Recorded>;
  /** Sets limits. Resolves when the next ask gets a decision that they allow. */
  limit(limits: NewLimits): Promise<void>;
}

/** A study of this process that others may join. */
export interface Joinable extends TrainerRequests {
  readonly hosted: LocalPort<Params>;
}

/** How a process joins: the name of its claims, and how many trials it evaluates at once. */
export interface Join {
  readonly name: string;
  readonly parallel: number;
}

/** What it learns: the position that the study has reached, and the command of its trials, if that is the same for all. */
export interface Joined {
  readonly position: number;
  readonly command?: string | undefined;
}

/** Milliseconds between two checks whether the processes of claims still run. */
const CHECK_EVERY = 500;

/**
 * Lets other processes of this machine join a study that this one runs: they evaluate trials in addition to its `parallel`, and those of a process that
 * has ended are tried again.
 *
 * @param study once it runs
 */
export function joiners(study: Promise<Joinable>, command: string | undefined) {
  /** How many trials may be open in addition to `parallel`. */
  let joined = 0;
  let checking: ReturnType<typeof setInterval> | undefined;
  const turn = inTurn();
  /** A change would reopen a study that has ended: it is told when that is reopened. */
  const admit = (more = 0) => {
    joined += more;
    return turn(async () => {
      const { hosted } = await study;
      const { closed, settings } = hosted.ledger;
      if (closed === undefined && settings.joined !== joined) await hosted.append({ type: 'changed', joined });
    });
  };
  const lose = ({ hosted }: Joinable, isLost: (claim: string) => boolean) => {
    for (const fact of lostIn(hosted.ledger, isLost)) hosted.record(fact).catch(() => {}); // it has ended meanwhile
  };
  const check = (own: Joinable) => {
    checking ??= setInterval(() => lose(own, hasEnded), CHECK_EVERY).unref();
  };
  const plugin: Plugin = ({ past }) => ({
    apply: ({ fact, refusal, position }) => {
      if (!refusal && fact.type === 'changed' && position > past()) void admit().catch(() => {}); // it has ended
    },
    close: () => clearInterval(checking),
  });
  const converse = (): Conversation => {
    /** Ends the wait of each ask, by its claim. */
    const waits = new Map<string, AbortController>();
    const gone = new AbortController();
    let name: string | undefined;
    let slots = 0;
    const take = (parallel: number) => {
      const more = parallel - slots;
      slots = parallel;
      return admit(more);
    };
    const stateOf = ({ hosted }: Joinable): Joined => ({ position: hosted.ledger.position, command });
    const join = async (own: Joinable, given: Join | undefined): Promise<Joined> => {
      if (typeof given?.name !== 'string' || !Number.isInteger(given.parallel))
        throw new RefusedError({ code: 'bad-type', message: 'join: expected name and parallel' });
      name = given.name;
      await take(given.parallel);
      check(own);
      return stateOf(own);
    };
    const answers = (own: Joinable, owner: string): Readonly<Record<string, (...args: never[]) => unknown>> => ({
      ask: ({ run, fixed }: { readonly run: string; readonly fixed?: Params }) => {
        const waiting = new AbortController();
        waits.set(run, waiting);
        return own.ask({ run, fixed, signal: AbortSignal.any([gone.signal, waiting.signal]) }).finally(() => waits.delete(run));
      },
      giveUp: (run: string) => waits.get(run)?.abort(),
      record: own.record,
      heartbeat: own.heartbeat,
      limit: own.limit,
      state: () => stateOf(own),
      parallel: take,
      leave: () => lose(own, (claim) => isOf(owner, claim)),
    });
    return {
      answer: async ({ cmd = '', args = [] }) => {
        const own = await study;
        if (cmd === 'join') return join(own, args[0] as Join | undefined);
        const answer = name === undefined ? undefined : answers(own, name)[cmd];
        if (!answer)
          throw new RefusedError({ code: 'unknown-command', message: `${cmd}: expected a request of a process that has joined` });
        return (await (answer(...(args as never[])) as object | undefined)) ?? {};
      },
      close: () => {
        gone.abort();
        if (name !== undefined) void take(0).catch(() => {}); // the study has ended
      },
    };
  };
  return {
    converse,
    plugin,
    /** The study runs. Processes may have joined it at an earlier start. */
    begun: async (own: Joinable) => {
      if (heldIn(own.hosted.ledger.open).length > 0) check(own);
      await admit();
    },
  };
}

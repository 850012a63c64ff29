import type { TrialId } from '../../../src/strategy/messages.ts';
import { RefusedError } from '../../../src/study/commands.ts';
import type { Stopping, TrainerPort } from './port.ts';
import type { Remote } from './viewed.ts';

/** Sends heartbeats for the trials that this process evaluates. */
export interface ClaimHeartbeats {
  /** @param lease seconds after which the trial is lost without them. Absent: this process cannot lose it, and asks for stops only */
  begin(trial: TrialId, run: string, lease: number | undefined): void;
  /** Sends one for each trial now, unless one is on its way. */
  check(): void;
  end(trial: TrialId): void;
  close(): void;
}

/** What the answers to heartbeats say. */
export interface Heard {
  readonly answered: (run: string, stopping: Stopping) => void;
  /** The run no longer holds its trial. */
  readonly lost: (run: string) => void;
}

/** Milliseconds between two heartbeats without a lease. */
const CHECK_EVERY = 250;

export function heartbeats(port: Pick<TrainerPort, 'heartbeat'>, heard?: Heard): ClaimHeartbeats {
  const held = new Map<TrialId, { readonly send: () => Promise<void>; readonly timer: ReturnType<typeof setInterval> }>();
  const end = (trial: TrialId) => {
    clearInterval(held.get(trial)?.timer);
    held.delete(trial);
  };
  return {
    begin: (trial, run, lease) => {
      end(trial);
      const isHeld = () => held.get(trial)?.send === send;
      let isSending = false;
      const send = async () => {
        if (isSending) return;
        isSending = true;
        try {
          const stopping = await port.heartbeat(trial, run);
          if (isHeld()) heard?.answered(run, stopping);
        } catch (error) {
          if (!(error instanceof RefusedError && error.code === 'stale-run' && isHeld())) return;
          end(trial); // the next fact about the trial is refused, and says why
          heard?.lost(run);
        } finally {
          isSending = false;
        }
      };
      held.set(trial, { send, timer: setInterval(send, lease === undefined ? CHECK_EVERY : (lease * 1000) / 3) });
    },
    check: () => {
      for (const { send } of held.values()) void send();
    },
    end,
    close: () => {
      for (const trial of held.keys()) end(trial);
    },
  };
}

/** The same way to a study, with heartbeats for what is claimed by it, until its last fact. */
export function keptAlive<P>(remote: Remote<P>): Remote<P> {
  const beats = heartbeats(remote);
  return {
    ...remote,
    ask: async (asked) => {
      const reply = await remote.ask(asked);
      if (reply.next === 'trial') beats.begin(reply.trial, reply.run, reply.lease);
      return reply;
    },
    record: async (fact, named) => {
      const recorded = await remote.record(fact, named);
      if (fact.type !== 'reported') beats.end(fact.trial);
      return recorded;
    },
    close: () => {
      beats.close();
      return remote.close();
    },
  };
}

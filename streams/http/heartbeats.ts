import { UserError } from '../../src/errors.ts';
import type { TrialId } from '../../src/strategy/messages.ts';

/** Sends heartbeats for the trials that this process evaluates. */
export interface ClaimHeartbeats {
  /** @param lease seconds after which the trial is lost without them */
  begin(trial: TrialId, run: string, lease: number): void;
  end(trial: TrialId): void;
  close(): void;
}

/** @param beat sends one. @throws UserError if the run no longer holds the trial */
export function heartbeats(beat: (trial: TrialId, run: string) => Promise<unknown>): ClaimHeartbeats {
  const timers = new Map<TrialId, ReturnType<typeof setInterval>>();
  const end = (trial: TrialId) => {
    clearInterval(timers.get(trial));
    timers.delete(trial);
  };
  return {
    begin: (trial, run, lease) => {
      end(trial);
      let isSending = false;
      const send = async () => {
        if (isSending) return;
        isSending = true;
        try {
          await beat(trial, run);
        } catch (error) {
          if (error instanceof UserError && timers.get(trial) === timer) end(trial); // the next fact about the trial is refused, and says why
        } finally {
          isSending = false;
        }
      };
      const timer = setInterval(() => void send(), (lease * 1000) / 3);
      timers.set(trial, timer);
    },
    end,
    close: () => {
      for (const trial of timers.keys()) end(trial);
    },
  };
}

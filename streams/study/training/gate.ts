/** Decides when a trainer may take a trial, for example if it shares its slots between several studies. */
export interface Gate {
  /** Calls back once, when a slot is free: the trainer may ask for a trial. */
  whenOpen(ask: () => void): void;
  /** An ask has been answered, not necessarily with a trial. */
  answered(): void;
  /** Takes a slot for a run. @param priority that of the study, default 1 @returns whether one was free */
  enter(run: string, priority?: number): boolean;
  /** Releases the slot of a run. */
  leave(run: string): void;
}

/** The gate of a trainer with its own slots. */
export const openGate: Gate = { whenOpen: (ask) => ask(), answered: () => {}, enter: () => true, leave: () => {} };

/** A gate that a pause keeps closed. `pause` returns whether that changes it. */
export function pausableGate(gate: Gate): Gate & { pause(isPaused: boolean): boolean } {
  let isClosed = false;
  const waiting: (() => void)[] = [];
  return {
    whenOpen: (ask) => {
      if (isClosed) waiting.push(ask);
      else gate.whenOpen(ask);
    },
    answered: () => gate.answered(),
    enter: (run, priority) => !isClosed && gate.enter(run, priority),
    leave: (run) => gate.leave(run),
    pause: (isPaused) => {
      if (isClosed === isPaused) return false;
      isClosed = isPaused;
      if (!isClosed) for (const ask of waiting.splice(0)) gate.whenOpen(ask);
      return true;
    },
  };
}

/** Decides when a trainer may take a trial, for example if it shares its slots between several studies. */
export interface Door {
  /** Calls back once, when a slot is free: the trainer may ask for a trial. */
  whenOpen(ask: () => void): void;
  /** An ask has been answered, not necessarily with a trial. */
  answered(): void;
  /** Takes a slot for a run. @param priority that of the study, default 1 @returns whether one was free */
  enter(run: string, priority?: number): boolean;
  /** Releases the slot of a run. */
  leave(run: string): void;
}

/** The door of a trainer with its own slots. */
export const openDoor: Door = { whenOpen: (ask) => ask(), answered: () => {}, enter: () => true, leave: () => {} };

/** A door that a pause keeps closed. */
export function pausableDoor(door: Door): Door & { pause(isPaused: boolean): void } {
  let isClosed = false;
  let waiting: (() => void)[] = [];
  return {
    whenOpen: (ask) => {
      if (isClosed) waiting.push(ask);
      else door.whenOpen(ask);
    },
    answered: () => door.answered(),
    enter: (run, priority) => !isClosed && door.enter(run, priority),
    leave: (run) => door.leave(run),
    pause: (isPaused) => {
      isClosed = isPaused;
      if (isClosed) return;
      const asks = waiting;
      waiting = [];
      for (const ask of asks) door.whenOpen(ask);
    },
  };
}

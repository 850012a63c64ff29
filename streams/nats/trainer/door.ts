/** Says when a trainer may take a trial, such as one that shares its slots between several studies. */
export interface Door {
  /** Calls back once, when there is a place: the trainer may ask for a trial. */
  whenOpen(ask: () => void): void;
  /** An ask has its answer, which need not be a trial. */
  answered(): void;
  /** Takes a place for a run. @param priority that of the study, default 1 @returns whether there was one */
  enter(run: string, priority?: number): boolean;
  /** Gives the place of a run back. */
  leave(run: string): void;
}

/** A trainer with slots of its own. */
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

/** Whether a server has room for the facts of a study. */
export interface StoreRoom {
  readonly isFull: boolean;
  /** Records whether the server refuses facts of this process, or of trainers. @param why for people */
  note(whose: 'own' | 'trainers', isRefused: boolean, why?: string): void;
}

/** Says once that a server has no room, and once that it has room again. */
export function storeRoom(warn: (message: string) => void): StoreRoom {
  const refused = { own: false, trainers: false };
  const isFull = () => refused.own || refused.trainers;
  return {
    get isFull() {
      return isFull();
    },
    note: (whose, isRefused, why = '') => {
      const before = isFull();
      refused[whose] = isRefused;
      if (!before && isRefused) warn(`the server has no room for ${why}`);
      if (before && !isFull()) warn('the server has room again: the study continues');
    },
  };
}

import { batch, effect, type Signal, signal } from '@preact/signals';

/** The address contains the view of the page; everything else comes from the log. */
const given = new URLSearchParams(location.search);

const pairs: Record<string, Signal<string>> = {};

/** What the parts are at first, which the address leaves out. */
const initials: Record<string, string> = {};

/** A part of the view in the address. */
export function kept(name: string, initial = ''): Signal<string> {
  initials[name] ??= initial;
  pairs[name] ??= signal(given.get(name) ?? initial);
  return pairs[name];
}

/** Sets a part of the view. */
export const into = (part: Signal<string>) => (text: string) => {
  part.value = text;
};

/** A part of the view that is one of several words; the first is the usual one. */
export interface UrlChoice<T extends string> {
  readonly of: readonly T[];
  readonly value: T;
  pick(word: string): void;
}

export function picked<const T extends string>(name: string, of: readonly [T, ...T[]]): UrlChoice<T> {
  const text = kept(name, of[0]);
  return {
    of,
    get value() {
      return of.find((word) => word === text.value) ?? of[0];
    },
    pick: into(text),
  };
}

/** A click on a link that changes the page; with a modifier key, the browser opens the link instead. */
export const onPlainClick = (act: () => void) => (event: MouseEvent) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  act();
};

export const study = kept('study');
export const view = kept('view', 'overview');
export const focus = kept('trial');

/** Milliseconds without a change before the address is updated: browsers refuse updates in every frame of a drag. */
const REST_MS = 100;

/** Updates the address with the page. A new study, view or trial adds a step to the history. The address of a file does not change. */
export function keepAddress(): void {
  if (location.protocol === 'file:') return;
  let before = '';
  let later: ReturnType<typeof setTimeout> | undefined;
  let due: string | undefined;
  const replace = () => {
    clearTimeout(later);
    if (due !== undefined) history.replaceState(null, '', due);
    due = undefined;
  };
  effect(() => {
    const query = new URLSearchParams();
    for (const [name, { value }] of Object.entries(pairs)) if (value && value !== initials[name]) query.set(name, value);
    const address = `${location.pathname}${query.size > 0 ? `?${query}` : ''}`;
    const step = `${study.value} ${view.value} ${focus.value}`;
    if (before === '' || before === step) {
      due = address;
      clearTimeout(later);
      later = setTimeout(replace, REST_MS);
    } else {
      replace();
      history.pushState(null, '', address);
    }
    before = step;
  });
  addEventListener('popstate', () => {
    due = undefined;
    before = '';
    const query = new URLSearchParams(location.search);
    batch(() => {
      for (const [name, pair] of Object.entries(pairs)) pair.value = query.get(name) ?? initials[name]!;
    });
  });
}

import { effect, type Signal, signal } from '@preact/signals';

/** What a page shows, as it stands in its address; everything else is in the log. */
const given = new URLSearchParams(location.search);

const pairs: Record<string, Signal<string>> = {};

/** A part of the view that is kept in the address. */
export function kept(name: string, initial = ''): Signal<string> {
  pairs[name] ??= signal(given.get(name) ?? initial);
  return pairs[name];
}

export const study = kept('study');
export const view = kept('view', 'overview');
export const focus = kept('trial');

const defaults: Readonly<Record<string, string>> = { view: 'overview' };

/** Keeps the address as the page is; a new study or view is a step that one can go back from. A file's address stays what it is. */
export function keepAddress(): void {
  if (location.protocol === 'file:') return;
  let before = '';
  effect(() => {
    const query = new URLSearchParams();
    for (const [name, { value }] of Object.entries(pairs)) if (value && value !== defaults[name]) query.set(name, value);
    const address = `${location.pathname}${query.size > 0 ? `?${query}` : ''}`;
    const step = `${study.value} ${view.value} ${focus.value}`;
    if (address === location.pathname + location.search) {
      before = step;
      return;
    }
    history[before === '' || before === step ? 'replaceState' : 'pushState'](null, '', address);
    before = step;
  });
  addEventListener('popstate', () => {
    const query = new URLSearchParams(location.search);
    before = '';
    for (const [name, pair] of Object.entries(pairs)) pair.value = query.get(name) ?? defaults[name] ?? '';
  });
}

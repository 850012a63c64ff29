import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { Params } from '../../src/facts/facts.ts';
import { host, type Plugin } from '../../src/host/host.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { float, random, space } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf } from '../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const submit = async () => ({ position: 1, fact: {} as never });
const entry = (position: number): AppliedEntry<Params> => ({
  position,
  at: 0,
  effect: 'closed',
  fact: { type: 'closed', reason: 'trials' },
});

/** A study with its observers, and what runs it. */
function hosted(plugins: readonly Plugin[]) {
  const live$ = new Subject<AppliedEntry<Params>>();
  const { ports, attach, detach, close } = host({ name: 'digits', place: 'digits.jsonl', log: memoryLog(), line: () => {} }, plugins);
  const run = (past: number) => {
    const ledger = new Ledger<Params>(line as never);
    attach({ ledger, rows: new TrialRows(), live$, submit }, past);
    return ledger;
  };
  return { ports, apply: (entry: AppliedEntry<Params>) => live$.next(entry), run, detach, close };
}

it('gives each entry to every observer once, though the next engine reads the log again', () => {
  const seen: [name: string, position: number][] = [];
  const named =
    (name: string): Plugin =>
    () => ({ apply: ({ position }) => void seen.push([name, position]) });
  const { apply, run } = hosted([named('one'), () => ({}), named('other')]);
  run(0);
  for (const position of [1, 2]) apply(entry(position));
  run(2);
  for (const position of [1, 2, 3]) apply(entry(position));
  expect(seen).toEqual(
    [1, 2, 3].flatMap((position) => [
      ['one', position],
      ['other', position],
    ]),
  );
});

it('keeps the position before its first engine, from which on observers act', () => {
  let past = () => Number.NaN;
  const { apply, run } = hosted([
    (study) => {
      ({ past } = study);
      return {};
    },
  ]);
  run(5);
  expect(past()).toBe(5);
  apply(entry(6));
  run(9);
  expect(past()).toBe(5);
});

it('has a state once its log has begun and an engine runs it, and refuses commands without an engine', async () => {
  const states: boolean[] = [];
  let say = submit as (intent: { readonly type: 'close' }) => Promise<unknown>;
  const { apply, run, detach } = hosted([
    ({ state, submit }) => {
      say = submit;
      return { apply: () => void states.push(state() !== undefined) };
    },
  ]);
  await expect(say({ type: 'close' })).rejects.toMatchObject({ code: 'not-begun' });
  const ledger = run(0);
  apply(entry(1));
  ledger.fold({ position: 1, at: 0, fact: createdOf(line, random(), { study: 'digits' }) });
  apply(entry(2));
  expect(await say({ type: 'close' })).toMatchObject({ position: 1 });
  detach();
  apply(entry(3));
  expect(states).toEqual([false, true, false]);
});

it('passes on what machines do to all that watch, and asks for nothing if none does', () => {
  const seen: unknown[] = [];
  const watching: Plugin = () => ({ watch: (inspection) => void seen.push(inspection) });
  hosted([watching, () => ({}), watching]).ports.watch?.({ type: 'began' } as never);
  expect(seen).toHaveLength(2);
  expect(hosted([() => ({})]).ports.watch).toBeUndefined();
});

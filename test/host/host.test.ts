import { expect, it } from 'vitest';
import { host, type Plugin } from '../../src/host/host.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { float, random, space } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf } from '../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const submit = async () => ({ position: 1, fact: {} as never });
const entry = (position: number): AppliedEntry => ({ position, at: 0, effect: 'closed', fact: { type: 'closed', reason: 'trials' } });

/** A study with its observers, and what runs it. */
function hosted(plugins: readonly Plugin[]) {
  const { ports, attach, detach, close } = host({ name: 'digits', place: 'digits.jsonl', log: memoryLog(), line: () => {} }, plugins);
  const run = (past: number) => {
    const ledger = new Ledger<unknown>(line as never);
    attach({ ledger, rows: new TrialRows(), submit }, past);
    return ledger;
  };
  return { ports, run, detach, close };
}

it('gives each entry to every observer once, though the next engine reads the log again', () => {
  const seen: [name: string, position: number][] = [];
  const named =
    (name: string): Plugin =>
    () => ({ apply: ({ position }) => void seen.push([name, position]) });
  const { ports, run } = hosted([named('one'), () => ({}), named('other')]);
  run(0);
  for (const position of [1, 2]) ports.onEntry(entry(position));
  run(2);
  for (const position of [1, 2, 3]) ports.onEntry(entry(position));
  expect(seen).toEqual(
    [1, 2, 3].flatMap((position) => [
      ['one', position],
      ['other', position],
    ]),
  );
});

it('keeps the position before its first engine, from which on observers act', () => {
  let past = () => Number.NaN;
  const { ports, run } = hosted([
    (study) => {
      ({ past } = study);
      return {};
    },
  ]);
  run(5);
  expect(past()).toBe(5);
  ports.onEntry(entry(6));
  run(9);
  expect(past()).toBe(5);
});

it('has a state once its log has begun and an engine runs it, and refuses commands without an engine', async () => {
  const states: boolean[] = [];
  let say = submit as (intent: { readonly type: 'close' }) => Promise<unknown>;
  const { ports, run, detach } = hosted([
    ({ state, submit }) => {
      say = submit;
      return { apply: () => void states.push(state() !== undefined) };
    },
  ]);
  await expect(say({ type: 'close' })).rejects.toMatchObject({ code: 'not-begun' });
  const ledger = run(0);
  ports.onEntry(entry(1));
  ledger.fold({ position: 1, at: 0, fact: createdOf(line, random(), { study: 'digits' }) });
  ports.onEntry(entry(2));
  expect(await say({ type: 'close' })).toMatchObject({ position: 1 });
  detach();
  ports.onEntry(entry(3));
  expect(states).toEqual([false, true, false]);
});

it('passes on what machines do to all that watch, and asks for nothing if none does', () => {
  const seen: unknown[] = [];
  const watching: Plugin = () => ({ watch: (inspection) => void seen.push(inspection) });
  hosted([watching, () => ({}), watching]).ports.watch?.({ type: 'began' } as never);
  expect(seen).toHaveLength(2);
  expect(hosted([() => ({})]).ports.watch).toBeUndefined();
});

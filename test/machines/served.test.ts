import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { targetOf } from '../../machines/chart.ts';
import { servedChart } from '../../machines/study.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Plugin } from '../../src/host/host.ts';
import type { HostServer } from '../../src/host/openServer.ts';
import { type ServedPhase, type ServingOptions, type StartEngine, servedHere } from '../../src/host/serving/served.ts';
import type { ServedStudy } from '../../streams/nats/serve/serveStudy.ts';
import type { Summary } from '../../streams/nats/serve/summaries.ts';
import { deleted } from '../../streams/nats/studyError.ts';
import { withResolvers } from '../../streams/promises.ts';

const { table } = servedChart;
const phases = Object.keys(table.states) as ServedPhase[];
type Event = Parameters<ReturnType<typeof servedHere>['send']>[0];
const events = servedChart.events as readonly Event[];
const summary = { status: { study: 's', closed: 'trials', at: 1 }, objective: { name: 'loss' }, created: 'c' } as unknown as Summary;
const archived = { ...summary, archive: 's.tar.gz' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

interface Heard {
  readonly subject: string;
  hear(reply?: (text: string) => void): void;
}

/** An engine whose log says what the test wants. */
function fakeEngine() {
  const started = withResolvers<void>();
  const ended = withResolvers<unknown>();
  const live$ = new Subject<object>();
  const ledger = { closed: undefined as string | undefined, open: new Map<number, object>() };
  const engine = {
    leads: true,
    past: 1,
    port: { ledger, rows: [], live$ },
    started: started.promise,
    ended: ended.promise,
    close: async () => ended.resolve(undefined),
  };
  return { engine, ledger, ended, read: started.resolve, entry: () => live$.next({ position: 0 }) };
}

/** A server on which nothing happens but what the test does, and a study there. */
function world() {
  const listening = new Set<Heard>();
  const nc = {
    isClosed: () => false,
    subscribe: (subject: string, { callback }: { callback: (error: null, message: object) => void }) => {
      const hear = (reply = (_: string) => {}) =>
        callback(null, { subject, reply: '_INBOX.1', json: () => ({}), string: () => '{}', respond: reply });
      const one: Heard = { subject, hear };
      const end = () => void listening.delete(one);
      listening.add(one);
      return { unsubscribe: end, drain: async () => end() };
    },
  };
  const engines: (ReturnType<typeof fakeEngine> & { readonly onLead: () => void; readonly create: boolean })[] = [];
  const running = new Set<object>();
  const start: StartEngine = async ({ onLead, create }, take, signal) => {
    const one = { ...fakeEngine(), onLead: () => onLead!(true), create: create! };
    engines.push(one);
    running.add(one);
    void one.ended.promise.then(() => running.delete(one));
    await null;
    signal.throwIfAborted();
    take(one.engine as unknown as ServedStudy);
    return one.engine as unknown as ServedStudy;
  };
  let observers = 0;
  const plugin: Plugin = () => {
    observers++;
    return { close: () => void observers-- };
  };
  const shown = new Set<string>();
  const server = { unload: () => shown.add('s'), forget: () => shown.delete('s'), changed: () => {} } as unknown as HostServer;
  const lines: string[] = [];
  const screen = { terminal: false, line: (text: string) => void lines.push(text), status: () => {}, end: () => {} };
  const options = { nc, screen, nats: 'nats://n', access: {}, settings: {}, plugins: [plugin], server } as unknown as ServingOptions;
  const life = servedHere(options, 's', start);
  const subjects = () => [...listening].map(({ subject }) => subject);
  const hear = (end: string, reply?: (text: string) => void) => {
    for (const one of [...listening]) if (one.subject.endsWith(end)) one.hear(reply);
  };
  /** How the study is listed, if it is. */
  const listed = () => {
    let all: readonly { readonly archive?: string; readonly error?: string; readonly unloaded?: object }[] = [];
    hear('_all.rpc.studies', (text) => (all = JSON.parse(text).result.studies));
    return all;
  };
  const holds = () => ({
    engines: running.size,
    observers,
    shown: shown.size,
    timers: vi.getTimerCount(),
    subjects: subjects()
      .filter((subject) => !subject.includes('_all'))
      .sort(),
    listed: listed().map(({ archive, error, unloaded }): string => (archive ? 'archive' : error ? 'error' : unloaded ? 'summary' : 'name')),
  });
  return { life, lines, engines, holds, hear, subjects };
}
type World = ReturnType<typeof world>;

const none = { engines: 0, observers: 0, shown: 0, timers: 0, subjects: [] as string[], listed: [] as string[] };
const served = { ...none, engines: 1, observers: 1 };
const [all, load, facts] = ['ht.s.rpc.*', 'ht.s.rpc.load', 'ht.s.log.study'];
/** What each phase holds, and no other phase keeps. */
const held: Readonly<Record<ServedPhase, ReturnType<World['holds']>>> = {
  absent: none,
  creating: { ...served, subjects: [load] },
  starting: { ...served, subjects: [load] },
  leading: served,
  standby: served,
  closed: served,
  restarting: { ...none, observers: 1, timers: 1 },
  failed: { ...none, observers: 1, timers: 1, subjects: [all], listed: ['error'] },
  unloaded: { ...none, shown: 1, subjects: [facts, load], listed: ['summary'] },
  archived: { ...none, shown: 1, subjects: [all], listed: ['archive'] },
  deleted: none,
  left: none,
};

/** What happens in the world so that the study hears of an event. */
const causes: Readonly<Record<Event, (world: World) => void>> = {
  begun: ({ life }) => void life.send('begun'),
  requested: ({ life }) => void life.send('requested'),
  retired: ({ life }) => void life.send('retired', { summary }),
  archived: ({ life }) => void life.send('archived', { summary: archived }),
  needed: ({ hear }) => hear('.rpc.load'),
  due: () => {},
  leads: (one) => said(one, true),
  follows: (one) => said(one, false),
  ended: (one) => said(one, true, 'trials'),
  broke: ({ engines }) => engines.at(-1)?.ended.resolve(new TypeError('broken')),
  refused: ({ engines }) => engines.at(-1)?.ended.resolve(new StrategyError('it did not answer')),
  deleted: ({ life }) => void life.send('deleted', { error: deleted('HT_s') }),
  left: ({ life }) => void life.close(),
};
function said({ engines }: World, leads: boolean, closed?: string): void {
  const last = engines.at(-1);
  if (last === undefined) return;
  last.engine.leads = leads;
  last.ledger.closed = closed;
  last.read();
  last.onLead();
  last.entry();
}
const happens = async (one: World, event: Event) => {
  causes[event](one);
  await pass(event === 'due' ? 600_000 : 0);
};

/** A shortest path of events to each phase. */
const pathTo = (phase: string): readonly Event[] => {
  const paths: (readonly [string, readonly Event[]])[] = [[table.initial, []]];
  for (const [at, path] of paths) {
    if (at === phase) return path;
    for (const event of events) {
      const to = targetOf(table, at, event);
      if (to !== undefined && path.length < phases.length) paths.push([to, [...path, event]]);
    }
  }
  throw new Error(`no path to ${phase}`);
};

describe.each(phases)('%s', (phase) => {
  it.each(events)('hears %s as the chart says, and then holds what the next phase needs', async (event) => {
    const one = world();
    for (const before of pathTo(phase)) await happens(one, before);
    expect([one.life.phase(), one.holds()]).toEqual([phase, held[phase]]);
    await happens(one, event);
    const to = (targetOf(table, phase, event) ?? phase) as ServedPhase;
    expect([one.life.phase(), one.holds()]).toEqual([to, held[to]]);
  });
});

it('subscribes to nothing twice and leaves nothing over, whatever three events come after a phase', async () => {
  let paths = 0;
  for (const phase of phases)
    for (const a of events)
      for (const b of events)
        for (const c of events) {
          const path = [...pathTo(phase), a, b, c].map((event, i, all) =>
            event === 'broke' && all.slice(0, i).includes('refused') ? 'refused' : event,
          ); // ten in a row
          const moves = path.reduce<string | undefined>((at, event) => at && targetOf(table, at, event), table.initial);
          if (moves === undefined) continue; // an event that the phase does not have changes nothing, as above
          paths++;
          const one = world();
          for (const event of path) {
            await happens(one, event);
            const now = one.life.phase();
            expect([path, now, one.holds()]).toEqual([path, now, held[now]]);
          }
          expect([path, one.life.phase()]).toEqual([path, moves]);
          await one.life.close();
          await pass();
          expect([path, one.holds()]).toEqual([path, none]);
        }
  expect(paths).toBeGreaterThan(300);
});

describe('an engine that keeps ending', () => {
  const started = async () => {
    const one = world();
    await happens(one, 'begun');
    return one;
  };

  it('is followed by the next one after its pause, and no sooner', async () => {
    const one = await started();
    for (const pause of [500, 1000, 2000]) {
      const before = one.engines.length;
      await happens(one, 'broke');
      await pass(pause - 1);
      expect(one.engines.length).toBe(before);
      await pass(1);
      expect(one.engines.length).toBe(before + 1);
    }
    expect(one.engines.map(({ create }) => create)).toEqual([true, false, false, false]); // its stream is there, unless it was deleted
    await happens(one, 'leads');
    await pass(60_000);
    await happens(one, 'broke');
    await pass(500);
    expect(one.engines.length).toBe(5);
  });

  it('has failed after ten in a row, and is tried again every ten minutes', async () => {
    const one = await started();
    for (let start = 1; start <= 10; start++) {
      expect(one.life.phase()).toBe('starting');
      await happens(one, 'broke');
      await pass(start < 10 ? 5000 : 0);
    }
    expect([one.engines.length, one.life.phase()]).toEqual([10, 'failed']);
    await pass(599_999);
    expect(one.engines.length).toBe(10);
    await pass(1);
    await happens(one, 'leads');
    await pass(1000);
    await happens(one, 'broke');
    expect(one.life.phase()).toBe('failed'); // a second of service changes nothing
    await pass(600_000);
    await happens(one, 'leads');
    await pass(60_000);
    await happens(one, 'broke');
    expect(one.life.phase()).toBe('restarting');
    expect(one.lines.filter((line) => line.includes('has failed'))).toHaveLength(2); // once for each time that it was served
  });

  it('ends with its study, if that was deleted', async () => {
    const one = await started();
    one.engines[0]!.ended.resolve(deleted('HT_s'));
    await pass();
    expect([one.life.phase(), one.holds()]).toEqual(['deleted', none]);
  });
});

it('a closed study stays closed whatever is noted, and is open again once the log says so', async () => {
  const one = world();
  for (const event of ['begun', 'leads', 'ended'] as const) await happens(one, event);
  const [last] = one.engines;
  last!.ledger.open.set(1, { run: 'r', awaiting: false });
  said(one, false, 'trials');
  expect(one.life.phase()).toBe('closed');
  said(one, false);
  expect(one.life.phase()).toBe('standby');
  said(one, false, 'trials');
  expect(one.life.phase()).toBe('standby'); // until its last trial has ended
  last!.ledger.open.clear();
  last!.entry();
  expect(one.life.phase()).toBe('closed');
});

it('all that ask for an unloaded study are answered once it is loaded, by one engine', async () => {
  const one = world();
  await happens(one, 'retired');
  const answers: string[] = [];
  one.hear('.rpc.load', (text) => answers.push(text));
  await pass();
  one.hear('.rpc.load', (text) => answers.push(text));
  const opened = one.life.needed();
  await pass();
  expect([answers, one.engines.length]).toEqual([[], 1]);
  await happens(one, 'ended');
  expect([await opened, answers.length, one.engines.length]).toEqual(['closed', 2, 1]);
});

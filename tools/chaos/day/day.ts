import { setTimeout as sleep } from 'node:timers/promises';
import { rngFor } from '../../../src/numeric/random.ts';
import type { Span } from '../checker.ts';
import { type DayEvent, events } from './events.ts';
import { faultsIn, gapIn, type Log, rateIn } from './judge.ts';
import { site as siteOf } from './site.ts';
import { stage as stageOf } from './stage.ts';

export interface DayOptions {
  /** Those in which events begin. Before and after them, processes start and logs are checked. */
  readonly minutes: number;
  readonly seed: string;
  /** The words of an event, to play only such events. */
  readonly only?: string;
  readonly say?: (line: string) => void;
}

/** An event as it happened. */
export interface Happened extends Span {
  readonly name: string;
}

export interface DayVerdict {
  /** One sentence for each violation. */
  readonly violations: readonly string[];
  readonly events: readonly (Happened & {
    /** Seconds between two suggestions of a steady study, at most. */
    readonly gap: number;
    readonly study: string;
  })[];
  /** Trials that have completed. */
  readonly completed: number;
  /** Trials a second of the other teams during a flood, relative to before; not a number without a flood. */
  readonly flooded: number;
  /** Seconds until doctor finds nothing, after all faults are over. */
  readonly healedAfter: number;
  readonly seconds: number;
}

/** When closed studies are unloaded and archived. */
const retention = { unload: '3s', archive: '4s' };
const WORKERS = ['w1', 'w2', 'w3'];
/** Programs of a worker at a time. */
const SLOTS = 4;
/** Seconds of a lease. */
const LEASE = 6;
/** Seconds of a day of twenty minutes, in which everything happens twice. */
const FULL = 1200;
/** Seconds of calm at the beginning of such a day, and between two events at least. */
const CALM = 60;
const PAUSE = 1;
/** What happens at the beginning. */
const CALMLY = 'nothing happens';
/** Trials that a study tries after all. */
const LAST = 20;
/** The share of their trials a second that the other teams have during a flood, at least. */
const UNDISTURBED = 0.7;
/** Milliseconds after an event in which servers still find each other. */
const AFTER = 10_000;
/** Milliseconds in which doctor finds nothing any more. */
const HEALED = 60_000;

/** Plays a day of a platform, and judges it. The same seed gives the same plan. Only root can mount the disks of the servers. */
export async function day({ minutes, seed, only = '', say = () => {} }: DayOptions): Promise<DayVerdict> {
  const since = performance.now();
  const rng = rngFor(seed, 'day', 0);
  const scale = Math.min(1, (60 * minutes) / FULL);
  const violations: string[] = [];
  const violate = (sentence: string) => {
    say(`VIOLATION ${sentence}`);
    violations.push(sentence);
  };
  const teams = {
    vision: { weight: 2, users: ['u1', 'u2'], retention },
    speech: { retention },
    robots: { retention },
    lab: { quota: { parallel: 4 }, retention },
  };
  const site = await siteOf({ teams, workers: [...WORKERS, 'broken'], lease: LEASE });
  const workers = WORKERS.map((name) => site.worker(name, undefined, SLOTS));
  const stage = stageOf({ site, workers, slots: SLOTS, rng, scale, violate, say });
  const happened: Happened[] = [];
  const within = async (name: string, act: () => Promise<void>, shakes = false) => {
    const from = Date.now();
    await act().catch((error: Error) => violate(`${name}: ${error.message}`));
    const until = Date.now();
    happened.push({ name, from, until });
    if (shakes) stage.fault([{ kind: 'stop', of: 'server', during: { from, until: until + AFTER } }]);
    say(`${name}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
  };
  try {
    await site.startServers(say);
    await Promise.all(site.engines.map((engine) => engine.start()));
    for (const worker of workers) worker.launch();
    await stage.operate();
    for (const team of stage.teams) await stage.create(team, 'steady', { strategy: team === 'vision' ? 'tpe' : 'random' });
    await stage.steady();
    say(`${site.place}: ${stage.teams.length} teams work`);
    await within(CALMLY, () => sleep(Math.max(8, CALM * scale) * 1000));
    const plan = planOf(rng, Math.max(1, Math.round(minutes / 10)), minutes < 5, only);
    const begun = performance.now();
    for (const [k, together] of plan.entries()) {
      if (performance.now() - begun > 60_000 * minutes) {
        say(
          `the day is over, without: ${plan
            .slice(k)
            .flat()
            .map(({ name }) => name)
            .join('; ')}`,
        );
        break;
      }
      const due = begun + (60_000 * minutes * (k + 0.5 * rng())) / plan.length - performance.now();
      await sleep(Math.max(PAUSE * 1000, due));
      await Promise.all(together.map((event) => within(event.name, () => event.act(stage), event.shakes)));
    }
    await stage.steady();
    await stage.copies();
    const healing = performance.now();
    let out = '';
    await stage.must(
      async () => {
        const said = await site.doctor();
        out = said.out + said.err;
        return said.status === 0;
      },
      'doctor still finds something',
      HEALED,
    );
    const healedAfter = (performance.now() - healing) / 1000;
    if (healedAfter * 1000 > HEALED) violate(`doctor still says: ${out}`);
    const declared = new Map<string, number>();
    for (const team of Object.keys(site.declared.teams)) {
      const study = `steady-${team}`;
      const { status, out, err } = await site.hypertide('study', 'verify', ...site.addressOf(team, study));
      if (status !== 0) violate(`${study}: verify ends with ${status}: ${out}${err}`);
      declared.set(study, ((await stage.status(team, study))?.trials ?? 0) + LAST);
      await site.must('change', ...site.addressOf(team, study), '--trials', String(declared.get(study)));
    }
    await stage.must(async () => stage.isOver, 'the studies do not close as declared');
    const logs = [...stage.logs].map(([study, entries]): Log => ({ study, entries, trials: declared.get(study)! }));
    for (const sentence of faultsIn(logs, site.diary(), stage.faults)) violate(sentence);
    const others = logs.filter(({ study }) => !/-(lab|late)$/.test(study));
    const flooded =
      rateIn(others, stage.floods) /
      rateIn(
        others,
        happened.filter(({ name }) => name === CALMLY),
      );
    if (flooded < UNDISTURBED) violate(`during a flood, the other teams have ${(100 * flooded).toFixed(0)} % of their trials a second`);
    return {
      violations,
      events: happened.map((one) => ({ ...one, ...gapIn(logs, one) })),
      completed: logs.reduce(
        (sum, { entries }) => sum + entries.filter(({ fact }) => (fact as { type?: string }).type === 'completed').length,
        0,
      ),
      flooded,
      healedAfter,
      seconds: (performance.now() - since) / 1000,
    };
  } finally {
    for (const process of [...workers, ...site.engines, ...site.servers.map((server) => server.process)]) await process.end('SIGKILL');
    await stage.close();
    if (violations.length === 0) site.remove();
  }
}

/** The events of a day, each once in a round, in an order of their own. In a short day, the quiet ones happen at the same time. */
function planOf(rng: () => number, rounds: number, isShort: boolean, only: string): readonly (readonly DayEvent[])[] {
  const fitting = events.filter(({ name }) => name.includes(only));
  const quiet = isShort ? fitting.filter(({ isQuiet }) => isQuiet) : [];
  const slots = [...fitting.filter((event) => !quiet.includes(event)).map((event) => [event]), quiet].filter(({ length }) => length > 0);
  const round = () =>
    slots
      .map((together) => ({ together, at: rng() }))
      .sort((a, b) => a.at - b.at)
      .map(({ together }) => together);
  return Array.from({ length: rounds }, round).flat();
}

import type { Room } from '../../../streams/nats/serve/serveStudy.ts';
import type { StudyOptions } from '../../../streams/spec/options.ts';
import type { Fact, Values } from '../../facts/facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import type { Plugin } from '../host.ts';

/** The most that the studies of a team may use together. What is absent has no limit. */
export interface Quota {
  /** Trials that are open at a time. */
  readonly parallel?: number | undefined;
  /** Amounts that open trials require together, by the names of `requires`. */
  readonly slots?: Values | undefined;
  /** Sums of metrics in all, those of closed studies included. */
  readonly spend?: Values | undefined;
}

/** A part of a quota: what is used, and the most of it. */
export interface Used {
  /** Such as `parallel`, `slots.gpu` or `spend.usd`. */
  readonly name: string;
  readonly used: number;
  readonly most: number | undefined;
}

/** A study that is served. */
interface Served {
  readonly ledger: Ledger<unknown>;
  /** Until when room is kept for its next trial, by a clock that never goes back. */
  keptUntil: number;
}

/** Milliseconds for which room is kept for a study that may suggest a trial. Its strategy may want none. */
const RESERVED_MS = 5000;
/** Milliseconds for which the others wait until the log of a study is read. */
const READ_WITHIN = 60_000;
/** Entries that make no room. */
const NO_ROOM: readonly Fact['type'][] = ['suggested', 'started', 'reported'];

/**
 * What the studies of a team use, as a fold over their logs, and its quota. A study that would exceed it waits until there is room, or until the quota is
 * raised. Two processes that serve a team may exceed it by a few trials.
 */
export class TeamQuota {
  #quota: Quota = {};
  readonly #served = new Map<string, Served>();
  /** What studies have spent whose engines have ended. */
  readonly #past = new Map<string, Values>();
  /** The studies whose logs are being read, and since when. Until then, it is not known what they use. */
  readonly #reading = new Map<string, number>();
  /** The studies that wait for room, the longest first. */
  readonly #waiting = new Map<string, { readonly why: string; readonly isLasting: boolean; readonly wake: () => void }>();

  /** Room that was kept, and logs that cannot be read, end without an entry: the studies that wait ask again then. */
  #again: ReturnType<typeof setTimeout> | undefined;

  /** Changes the quota. */
  limit(quota: Quota): void {
    this.#quota = quota;
    this.#wake();
  }

  /** Observes a study. @param study its name in the team */
  plugin(study: string): Plugin {
    return ({ past }) => {
      this.#served.delete(study); // of an earlier connection: its log is read again
      this.#reading.set(study, performance.now());
      return {
        apply: (entry, { ledger }) => {
          const { keptUntil = 0 } = this.#served.get(study) ?? {};
          const type = entry.refusal ? undefined : entry.fact.type;
          this.#served.set(study, { ledger, keptUntil: type === 'suggested' ? 0 : keptUntil });
          this.#past.delete(study);
          const isRead = entry.position >= past() && this.#reading.delete(study);
          if (isRead || (type && !NO_ROOM.includes(type))) this.#wake();
        },
        close: () => {
          const served = this.#served.get(study);
          if (served) this.#past.set(study, served.ledger.results.spent);
          this.#served.delete(study);
          this.#reading.delete(study);
          this.#waiting.delete(study);
          this.#wake();
        },
      };
    };
  }

  /** What a study has spent. */
  spentBy(study: string): Values | undefined {
    return this.#served.get(study)?.ledger.results.spent ?? this.#past.get(study);
  }

  /** Counts what a study has spent whose log is not read. */
  recall(study: string, spent: Values): void {
    if (!this.#served.has(study)) this.#past.set(study, spent);
  }

  /** The room that it leaves for a study. @param line prints a line about it @param changed called when it waits, or no longer */
  roomFor(study: string, line: StatusLine['line'], changed = () => {}): Room {
    return {
      isOpen: (wake) => {
        const { why, isLasting = false } = this.#forbids(study) ?? {};
        const before = this.#waiting.get(study);
        this.#waiting.delete(study);
        if (why !== before?.why) queueMicrotask(changed); // when it is known
        if (why === undefined) {
          const served = this.#served.get(study);
          if (served) served.keptUntil = performance.now() + RESERVED_MS;
          return true;
        }
        this.#waiting.set(study, { why, isLasting, wake });
        this.#again ??= setTimeout(() => {
          this.#again = undefined;
          this.#wake();
        }, RESERVED_MS).unref();
        if (isLasting && !before?.isLasting) line(`waits: ${why}`, { level: 'warn' });
        return false;
      },
      why: () => (this.#served.get(study)?.ledger.closed === undefined ? this.#waiting.get(study)?.why : undefined),
    };
  }

  /** What keeps a new study from its limits; undefined if the quota leaves room for them now. */
  shortFor({ spend = {}, parallel }: Pick<StudyOptions, 'spend' | 'parallel'>): string | undefined {
    const wanted = new Map<string, number>([
      ...(parallel === undefined ? [] : [['parallel', parallel] as const]),
      ...Object.entries(spend).map(([of, most]) => [`spend.${of}`, most] as const),
    ]);
    const short = this.used().flatMap(({ name, used, most }) => {
      const want = wanted.get(name);
      const left = most === undefined ? Number.POSITIVE_INFINITY : isInAll({ name }) ? Math.max(0, most - used) : most;
      return want !== undefined && want > left ? [`${name} ${shown(want)}, of which ${shown(left)} are left`] : [];
    });
    return short.length === 0 ? undefined : `the quota of the team is less than its limits: ${short.join('; ')}`;
  }

  /** What the team uses, of what its quota speaks. */
  used(): readonly Used[] {
    const served = [...this.#served.values()];
    const open = (of: (ledger: Ledger<unknown>) => number) => served.reduce((sum, { ledger }) => sum + of(ledger), 0);
    const all = [...this.#past.values(), ...served.map(({ ledger }) => ledger.results.spent)];
    const { parallel, slots = {}, spend = {} } = this.#quota;
    return [
      { name: 'parallel', used: open(({ running }) => running), most: parallel },
      ...Object.entries(slots).map(([of, most]) => ({ name: `slots.${of}`, used: open((one) => one.running * required(one, of)), most })),
      ...Object.entries(spend).map(([of, most]) => ({
        name: `spend.${of}`,
        used: all.reduce((sum, spent) => sum + (spent[of] ?? 0), 0),
        most,
      })),
    ];
  }

  /** Why a study may not begin another trial. Lasting: until a person raises the quota. */
  #forbids(study: string): { readonly why: string; readonly isLasting?: boolean } | undefined {
    const now = performance.now();
    if ([...this.#reading.values()].some((since) => now - since < READ_WITHIN)) return { why: 'logs of the team are being read' };
    const exceeded = this.#exceededBy(study);
    if (exceeded === undefined) return undefined;
    const { name, used, most, kept } = exceeded;
    const others = kept > 0 ? `, and ${shown(kept)} for other studies` : '';
    return { why: `the quota of the team is used: ${name} ${shown(used)} of ${shown(most!)}${others}`, isLasting: isInAll(exceeded) };
  }

  /** What another trial of a study would exceed, and how much of it is kept for trials that other studies may begin now. */
  #exceededBy(study: string): (Used & { readonly kept: number }) | undefined {
    const ledger = this.#served.get(study)?.ledger;
    const demand = ledger?.demand();
    if (!ledger || demand?.type === 'retry') return undefined; // which is open already
    const now = performance.now();
    const others = [...this.#served].filter(([name, { keptUntil }]) => name !== study && keptUntil > now).map(([, one]) => one.ledger);
    for (const one of this.used()) {
      const { name, used, most } = one;
      if (most === undefined) continue;
      const next = nextOf(name);
      const kept = next === undefined ? 0 : others.reduce((sum, other) => sum + next(other), 0);
      if (next === undefined ? used >= most : next(ledger) > 0 && used + kept + next(ledger) > most) return { ...one, kept };
    }
    return undefined;
  }

  /** The studies that wait ask again whether there is room. */
  #wake(): void {
    for (const { wake } of [...this.#waiting.values()]) wake();
  }
}

/** The quotas of teams, and the metrics of what they use. They outlive connections. */
export class Quotas {
  readonly #teams = new Map<string, TeamQuota>();

  constructor(metrics?: Metrics) {
    metrics?.gauge('team_used', 'What the studies of a team use, by the parts of its quota.', ['team', 'of'], (set) => {
      for (const [team, quota] of this.#teams) for (const { name, used } of quota.used()) set({ team, of: name }, used);
    });
    metrics?.gauge('team_quota', 'The most that they may use.', ['team', 'of'], (set) => {
      for (const [team, quota] of this.#teams)
        for (const { name, most } of quota.used()) if (most !== undefined) set({ team, of: name }, most);
    });
  }

  forget(team: string): void {
    this.#teams.delete(team);
  }

  of(team: string): TeamQuota {
    const known = this.#teams.get(team) ?? new TeamQuota();
    this.#teams.set(team, known);
    return known;
  }
}

/** Whether it grows only, so that a study waits until a person raises the quota. */
const isInAll = ({ name }: Pick<Used, 'name'>): boolean => name.startsWith('spend.');

/** How much of a part of the quota a study's next trial takes; undefined if that is not known before. */
function nextOf(name: string): ((of: Ledger<unknown>) => number) | undefined {
  if (name === 'parallel') return () => 1;
  return name.startsWith('slots.') ? (of) => required(of, name.slice('slots.'.length)) : undefined;
}

const required = ({ created }: Ledger<unknown>, name: string): number => created?.requires?.[name] ?? 0;

const shown = (amount: number): string => String(Number(amount.toPrecision(6)));

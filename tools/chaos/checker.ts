import type { Entry } from '../../src/facts/entry.ts';

/** A line of a trainer's diary. */
export interface DiaryLine {
  readonly type: 'begun' | 'blocked' | 'ended';
  readonly trial: number;
  readonly attempt: number;
  readonly trainer: string;
}

/**
 * A fault that was injected into a process or its connection, or that it injected into itself. Error: something unexpected ended the study in an engine.
 * Consumer: what the server knows of deliveries was damaged.
 */
export interface Fault {
  readonly kind: 'kill' | 'stop' | 'block' | 'link' | 'error' | 'consumer';
  /** `server`, `engine`, or the name of a trainer. */
  readonly of: string;
  /** When the server was down. */
  readonly down?: Span;
  /** When it mattered, such as while one of several servers came and went. Default: always. */
  readonly during?: Span;
}

/** A time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface Evidence {
  readonly entries: readonly Entry[];
  readonly diary: readonly DiaryLine[];
  readonly faults: readonly Fault[];
  /** Number of configurations that the study tries. */
  readonly trials: number;
  /** Milliseconds between two entries while the server is up, at most. */
  readonly longestStall: number;
  /** Milliseconds that an attempt waits for a trainer while the server is up, at most. */
  readonly longestWait: number;
  /** When the log was read, in milliseconds since 1970. Default: at its last entry. */
  readonly readAt?: number;
}

export interface Findings {
  /** One sentence for each violation. */
  readonly violations: readonly string[];
  readonly completed: number;
  readonly begun: number;
  readonly wasted: number;
  readonly lost: number;
  readonly stall: number;
}

interface Known {
  attempt: number;
  run: string | undefined;
  trainer: string | undefined;
  readonly runs: Map<string, string>;
  ended: number;
  /** Position of the entry that ended it. */
  endedAt: number;
  /** Since when its attempt waits for a trainer. */
  waits: number | undefined;
}

interface Said {
  readonly type?: string;
  readonly trial?: number;
  readonly attempt?: number;
  readonly run?: string;
  readonly trainer?: string;
  readonly reason?: string;
  readonly after?: number;
  readonly joined?: number;
}

/**
 * Reads a log with its own fold, which is written from the rules and shares nothing with the engine, and reports each violation.
 * A broken rule shows as a difference between the state of the log and the diaries of the trainers.
 */
export function check({ entries, diary, faults, trials, longestStall, longestWait, readAt }: Evidence): Findings {
  const violations: string[] = [];
  const known = new Map<number, Known>();
  let closed = false;
  /** How many numbers of trials are used, and where the study changed last: what was decided before that uses up a number, and does nothing else. */
  let used = 0;
  let changedAt = 0;
  let lost = 0;
  let stall = 0;
  /** An attempt waits no longer. */
  const taken = (id: number, trial: Known, at: number) => {
    const waited = trial.waits === undefined ? 0 : upBetween(trial.waits, at, faults);
    trial.waits = undefined;
    if (waited > longestWait)
      violations.push(`attempt ${trial.attempt} at trial ${id} waited for a trainer for ${(waited / 1000).toFixed(1)} s`);
  };
  const engine = ({ type, trial: id = 0, attempt = 0, run, reason, after, joined }: Said, { position, at }: Entry) => {
    const trial = known.get(id);
    if (type === 'closed') closed = true;
    if (type === 'closed' || (type === 'changed' && joined === undefined)) changedAt = position;
    if (type === 'suggested' && attempt === 1) {
      if (trial) violations.push(`entry ${position}: trial ${id} is suggested twice`);
      else if (id !== used + 1) violations.push(`entry ${position}: trial ${id} is suggested after trial ${used}`);
      used = Math.max(used, id);
      if (after !== undefined && after < changedAt) return;
      known.set(id, { attempt: 1, run: undefined, trainer: undefined, runs: new Map(), ended: 0, endedAt: 0, waits: at });
    } else if (type === 'suggested' && trial) {
      // A result may come while the engine decides. The fold then refuses the suggestion.
      const isOvertaken = after !== undefined && trial.endedAt > after;
      if (attempt !== trial.attempt + 1 || (trial.ended > 0 && !isOvertaken))
        violations.push(`entry ${position}: attempt ${attempt} at trial ${id} is not due`);
      taken(id, trial, at);
      Object.assign(trial, { attempt, run: undefined, trainer: undefined, waits: trial.ended > 0 ? undefined : at });
    } else if (type === 'failed' && reason === 'lost' && trial && trial.ended === 0) {
      if (run === undefined ? trial.run !== undefined : run !== trial.run) return; // the fold refuses it
      lost++;
      taken(id, trial, at);
      if (run !== undefined && !isTroubled(trial.trainer ?? '', at, faults)) {
        violations.push(`entry ${position}: trial ${id} was taken from ${trial.trainer}, which nothing had happened to`);
      }
    }
  };
  const trainer = ({ type, trial: id = 0, attempt, run = '' }: Said, author: string, { position, at }: Entry) => {
    const trial = known.get(id);
    if (!trial || trial.ended > 0) return;
    if (type === 'started' && attempt === trial.attempt && trial.run === undefined) {
      taken(id, trial, at);
      Object.assign(trial, { run, trainer: author });
      trial.runs.set(run, author);
    }
    if (type !== 'completed' || !trial.runs.has(run)) return;
    taken(id, trial, at);
    trial.ended++;
    trial.endedAt = position;
  };
  entries.forEach((entry, i) => {
    const said = (entry.fact ?? {}) as Said;
    const pause = i > 0 ? upBetween(entries[i - 1]!.at, entry.at, faults) : 0;
    if (pause > longestStall) {
      violations.push(
        `nothing happened for ${(pause / 1000).toFixed(1)} s before entry ${entry.position}, ${new Date(entry.at).toISOString()}`,
      );
    }
    stall = Math.max(stall, pause);
    if (entry.author === undefined) engine(said, entry);
    else trainer(said, entry.author, entry);
  });

  const end = readAt ?? entries.at(-1)?.at ?? 0;
  for (const [id, trial] of known) taken(id, trial, end);
  if (!closed) violations.push('the study did not close');
  if (known.size !== trials) violations.push(`${known.size} trials were suggested instead of ${trials}`);
  for (const [id, { ended }] of known) if (ended !== 1) violations.push(`trial ${id} ended ${ended} times`);
  const begun = diary.filter(({ type }) => type === 'begun');
  const completed = [...known.values()].filter(({ ended }) => ended === 1).length;
  const wasted = begun.length - completed;
  if (wasted > faults.length) violations.push(`${wasted} trainings were wasted by ${faults.length} faults`);
  return { violations, completed, begun: begun.length, wasted, lost, stall };
}

/** Milliseconds between two times without those in which the server was down. */
const upBetween = (from: number, until: number, faults: readonly Fault[]): number =>
  faults.reduce((up, { down }) => up - (down ? Math.max(0, Math.min(until, down.until) - Math.max(from, down.from)) : 0), until - from);

/** Whether something had happened to a trainer at a time, or one of several servers came or went. */
export const isTroubled = (trainer: string, at: number, faults: readonly Fault[]): boolean =>
  faults.some(({ of, during }) => (of === trainer && during === undefined) || ((of === trainer || of === 'server') && isIn(at, during)));

const isIn = (at: number, span: Span | undefined): boolean => span !== undefined && at >= span.from && at < span.until;

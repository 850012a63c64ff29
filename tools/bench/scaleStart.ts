// An engine of bench:scale: reads a study in a journal or on a server, suggests once, and tells its parent how long that took.
import { connect } from '@nats-io/transport-node';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { spaceOf } from '../../streams/engine/applyEntries.ts';
import { runEngine } from '../../streams/engine/runEngine.ts';
import type { Log } from '../../streams/log/log.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { withResolvers } from '../../streams/promises.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';

export interface Start {
  /** Seconds until the log has been read, and from then on until the first suggestion. */
  readonly read: number;
  readonly suggested: number;
  /** The same in seconds of CPU. */
  readonly readCpu: number;
  readonly suggestedCpu: number;
  /** Megabytes at most. */
  readonly peak: number;
}

const [place, study] = process.argv.slice(2) as [string, string];
const open = async (): Promise<Log> =>
  place.startsWith('nats:') ? natsLog(await connect({ servers: place }), study, { create: false }) : openJournal(place);
const now = () => {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
};

/** The first fact of a log. */
async function firstOf(log: Log): Promise<unknown> {
  for await (const [first] of log.read()) return first?.fact;
  return undefined;
}

const log = await open();
const created = parseFact(await firstOf(log));
if (isRefusal(created) || created.type !== 'created') throw new Error('expected a study');
const head = await log.head();
const before = now();
let between = before;
const suggested = withResolvers<void>();
const onEntry = ({ position, fact }: AppliedEntry) => {
  if (position === head) between = now();
  if (position > head && (fact as { type?: string }).type === 'suggested') suggested.resolve();
};
const fail = (error: unknown) => {
  throw error;
};
runEngine(
  spaceOf(created),
  undefined,
  log,
  { study, parallel: 1, trials: 1e9, onEntry, parseStrategy },
  { direct: () => {}, finished: () => {}, fail },
);
await suggested.promise;
const after = now();
process.send!({
  read: between.wall - before.wall,
  suggested: after.wall - between.wall,
  readCpu: between.cpu - before.cpu,
  suggestedCpu: after.cpu - between.cpu,
  peak: process.resourceUsage().maxRSS / 1024,
} satisfies Start);
process.exit();

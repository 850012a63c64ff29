import { changeAtStart } from '../../streams/engine/runEngine.ts';
import type { AuthoredLog } from '../../streams/log/log.ts';
import { withResolvers } from '../../streams/promises.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { type HostOptions, LocalPort } from '../../streams/study/port/local.ts';
import { askThrough, unlessBroken } from '../../streams/study/port/noResult.ts';
import type { Changed, Params } from '../facts/facts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Space } from '../space/space.ts';
import { type HostedAt, host, type Plugin } from './host.ts';
import { type Joinable, joiners, type NewLimits } from './joiners.ts';

/** A study that this process runs, with its observers. Other processes of this machine may join it if it is in a journal. */
export interface OwnStudy extends Joinable {
  /** Ends its observers and the study, and closes the log. */
  close(): Promise<void>;
}

export interface OwnStudyOptions extends HostOptions<Params> {
  /** The command of its trials, which those that join must have, too. */
  readonly command?: string | undefined;
}

/** Runs a study in this process. Resolves when its log has been read. @throws what keeps it from running */
export async function ownStudy(
  at: HostedAt,
  space: Space<Params>,
  log: AuthoredLog,
  { command, ...options }: OwnStudyOptions,
  plugins: readonly Plugin[],
): Promise<OwnStudy> {
  const past = await log.head();
  const { promise: begun, resolve: begin } = withResolvers<OwnStudy>();
  const joining = joiners(begun, command);
  const failure = () => (hosted.failure ? (hosted.failure.error as Error).message : undefined);
  const { ports, attach, close } = host({ ...at, failure, converse: joining.converse }, [...plugins, joining.plugin]);
  const hosted = new LocalPort(space, log, { parseStrategy, place: at.place, ...options, ...ports });
  attach(hosted, past);
  const untilBroken = unlessBroken(hosted);
  const own: OwnStudy = {
    hosted,
    ask: (asked) => askThrough(hosted, untilBroken, asked),
    record: (...said) => hosted.record(...said),
    heartbeat: (...run) => hosted.heartbeat(...run),
    limit: async (limits) => {
      await hosted.ready(); // a failed study applies nothing more
      const changed = changedBy(hosted.ledger, limits);
      if (changed) await hosted.append(changed);
    },
    close: async () => {
      await close();
      await hosted.close();
    },
  };
  try {
    await hosted.ready();
    begin(own);
    await joining.begun(own);
  } catch (error) {
    await own.close();
    throw error;
  }
  return own;
}

/** The fact that sets these limits; undefined if they are set already. */
function changedBy(ledger: Ledger<Params>, { start, ...wanted }: NewLimits): Changed | undefined {
  const { settings } = ledger;
  const { said, limits, parallel } = settings;
  const { by, ...rest } = changeAtStart(start ? settings : { ...settings, said: { ...said, ...limits, parallel } }, wanted);
  const change = { ...rest, ...(start && ledger.program.triedAgain(settings)) };
  if (!change.limits && change.parallel === undefined && change.paused === undefined) return undefined;
  return start ? omitUndefined({ ...change, by }) : change;
}

import { changeAtStart } from '../../streams/engine/runEngine.ts';
import type { AuthoredLog } from '../../streams/log/log.ts';
import { withResolvers } from '../../streams/promises.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { whenAborted } from '../../streams/study/hosted/claimedTrial.ts';
import { HostedStudy, type HostOptions } from '../../streams/study/hosted/hostedStudy.ts';
import { brokenProgramError, failureIn, type NoResultError } from '../../streams/study/noResult.ts';
import type { Changed, Params } from '../facts/facts.ts';
import type { Alike } from '../insight/failingAlike.ts';
import type { Settings } from '../ledger/settings.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Space } from '../space/space.ts';
import { brokenProgram } from './brokenProgram.ts';
import { type HostedAt, host, type Plugin } from './host.ts';
import { type Joinable, joiners, type NewLimits } from './joiners.ts';

/** A study that this process runs, with its observers. Other processes of this machine may join it if it is in a journal. */
export interface OwnStudy extends Joinable {
  /** Ends its observers and the study, and closes the log. */
  close(): Promise<void>;
}

export interface OwnStudyOptions extends HostOptions<Params> {
  /** Watches the program that evaluates its trials. Default: when it is broken, the study is paused. */
  readonly program?: ProgramWatch | undefined;
  /** The command of its trials, which those that join must have, too. */
  readonly command?: string | undefined;
}

/** Runs a study in this process. Resolves when its log has been read. @throws what keeps it from running */
export async function ownStudy(
  at: HostedAt,
  space: Space<Params>,
  log: AuthoredLog,
  { program, command, ...options }: OwnStudyOptions,
  plugins: readonly Plugin[],
): Promise<OwnStudy> {
  const past = await log.head();
  const { promise: begun, resolve: begin } = withResolvers<OwnStudy>();
  const joining = joiners(begun, command);
  const failing = program?.plugin ?? brokenProgram();
  const failure = () => (hosted.failure ? (hosted.failure.error as Error).message : undefined);
  const { ports, attach, close } = host({ ...at, failure, converse: joining.converse }, [...plugins, failing, joining.plugin]);
  const hosted = new HostedStudy(space, log, { parseStrategy, place: at.place, ...options, ...ports });
  attach(hosted, past);
  const own: OwnStudy = {
    hosted,
    ask: async (asked, signal) => {
      const error = program?.refusal(hosted);
      if (error) throw error;
      return hosted.ask({ ...asked, wait: Number.POSITIVE_INFINITY, whenGone: whenAborted(signal) });
    },
    say: (fact, request) => hosted.say(fact, { request }),
    beat: async (trial, run) => hosted.beat(trial, run),
    limit: async (limits) => {
      await hosted.ready(); // a failed study applies nothing more
      if (limits.start) await program?.started(hosted.ledger.position);
      const changed = changedBy(hosted.ledger.settings, limits);
      if (changed) await hosted.answers.append(changed);
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

/** Watches the program of a study, of which a person waits for the end. */
export interface ProgramWatch {
  readonly plugin: Plugin;
  /** Why no trial is given out, until the program starts again. */
  refusal(hosted: HostedStudy<Params>): NoResultError | undefined;
  /** @param position of the last entry before the program starts. Until then, a caller may let any trial fail. */
  started(position: number): Promise<void>;
}

/** When the first trials fail alike, they do not count, and no more are given out. @param heard called then */
export function endingProgram(heard: (alike: Alike) => void = () => {}): ProgramWatch {
  let start = Number.POSITIVE_INFINITY;
  let found: Alike | undefined;
  let uncounting: Promise<unknown> | undefined;
  return {
    plugin: (study) => {
      const stop = (alike: Alike) => {
        found = alike;
        heard(alike);
        uncounting = study.submit({ type: 'change', uncounted: alike.trials });
        return uncounting;
      };
      const { apply } = brokenProgram({ stop, since: () => start })(study);
      return {
        apply: (entry, folded) => {
          if (entry.event?.type === 'ended' && entry.event.outcome !== 'failed') found = undefined;
          apply?.(entry, folded);
        },
        close: async () => void (await uncounting?.catch(() => {})), // its error is a line already
      };
    },
    refusal: ({ rows }) => found && brokenProgramError(found, found.trials.flatMap((trial) => rows.get(trial) ?? []).map(failureIn)),
    started: async (position) => {
      await uncounting?.catch(() => {}); // so that who starts it is told how many trials count
      start = position;
      found = undefined;
    },
  };
}

/** The fact that sets these limits; undefined if they are set already. */
function changedBy(settings: Settings, { start, ...wanted }: NewLimits): Changed | undefined {
  const { said, limits, parallel } = settings;
  const { by, ...change } = changeAtStart(start ? settings : { ...settings, said: { ...said, ...limits, parallel } }, wanted);
  if (!change.limits && change.parallel === undefined) return undefined;
  return start ? omitUndefined({ ...change, by }) : change;
}

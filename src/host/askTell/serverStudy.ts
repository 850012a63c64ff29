import { withFiles } from '../../../streams/nats/checkpoints/withFiles.ts';
import { namingIn } from '../../../streams/nats/connection/connect.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { checkName, inboxOfTrainer, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { knownToTrainer, remoteOn } from '../../../streams/nats/remote.ts';
import { reached } from '../../../streams/study/port/entries.ts';
import { refuseOther } from '../../../streams/study/port/pages.ts';
import { type Following, followLog } from '../../../streams/study/port/view.ts';
import type { Params } from '../../facts/facts.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Connection } from '../../stores/connection.ts';
import { accessOf, connect } from '../../stores/connectNats.ts';
import { parseAddress } from '../../stores/locate.ts';
import { withoutPassword } from '../../study/plainText.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { UsageError } from '../../text/usage.ts';
import { aboutStudy, type Driven } from './studySession.ts';
import { type Answers, answersTo } from './trainerAnswers.ts';

/** What `init` says of a study on a NATS server, of which this process is a trainer. */
export interface StudyOnServer {
  /** The address of the study, such as `nats://host/digits`, or of its server. Default: the server that the connection names. */
  readonly address?: string;
  /** The name of the study, if the address has none. */
  readonly of?: string;
  /** The name of the trainer, which must be that of its credentials if it has some. Default: a random one. */
  readonly name?: string;
  /** How many trials it evaluates at once. Default: 1. */
  readonly parallel?: number;
  /** Seconds between two saves of the checkpoint of a running trial. Default: it is saved at its end. */
  readonly saveEvery?: number;
}

/** Seconds in which a server must answer for the first time: it may still be starting. */
const STARTING_S = 10;

/**
 * A study that an engine on a NATS server runs: this process is one of its trainers. It follows the log from the first question about the study on.
 *
 * @param expected what the study is compared with: its `parameters`, `constraints` and `objectives`, as far as they are given
 * @param signal ends the wait for a study that is not there yet
 * @throws UsageError, ConnectError, OptionError; MismatchError if it is not the expected study
 */
export async function serverStudy(
  { address, of, name, saveEvery, parallel: slots = 1 }: StudyOnServer,
  expected: Readonly<Record<string, unknown>>,
  connection: Connection,
  screen: StatusLine,
  signal: AbortSignal,
): Promise<Driven> {
  const { form, at, name: study = of } = parseAddress(address, connection);
  if (form !== 'nats' || study === undefined) {
    const got = address === undefined ? 'none, and no context or HYPERTIDE_NATS' : withoutPassword(address);
    throw new UsageError(`expected the address of a study, such as nats://127.0.0.1:4222/digits, got ${got}`);
  }
  const warn = (text: string) => screen.line(text, { level: 'warn' });
  const subjects = subjectsOf(study, namingIn(at));
  const inbox = name === undefined ? {} : { inboxPrefix: inboxOfTrainer(checkName('name', name)), name };
  const nc = await connect(screen, at, { ...accessOf(connection.loginTo(at)), ...inbox }, STARTING_S, signal);
  const opened = async () => {
    const created = await createdOn(nc, subjects, { warn, name, signal });
    refuseOther(created, expected);
    return created;
  };
  const created = await opened().catch(async (error) => {
    await nc.close();
    throw error;
  });
  const { prefix, apiPrefix } = subjects;
  const remote = remoteOn<Params>(nc, subjects, knownToTrainer(), {
    ...omitUndefined({ prefix, apiPrefix, warn, name, saveEvery }),
    files: (steps, claim) => withFiles(steps, claim, { nc, subjects, warn }),
  });
  let parallel = slots;
  let following: Following<Params> | undefined;
  let reading: Promise<() => Promise<void>> | undefined;
  /** A user that may not read the log is not asked again: the server writes down each attempt. */
  const follow = async (): Promise<() => Promise<void>> => {
    const log = await readLog(nc, subjects, warn);
    const view = await followLog<Params>(log, study);
    following = view;
    return async () => reached(view, await log.head());
  };
  const seen = async () => {
    reading ??= follow().catch((error) => {
      if (error.code !== 'forbidden') reading = undefined;
      throw error;
    });
    await (await reading)();
  };
  const answers = answersTo(
    {
      get seat() {
        const { source, ledger, rows } = following!;
        return { study: { ...source, ledger, rows }, parallel };
      },
      seen,
      ask: remote.ask,
      record: (said) => remote.record(said.type === 'completed' ? { values: {}, ...said } : said),
      submit: remote.submit,
      limit: async ({ parallel: now = parallel, trials }) => {
        parallel = now;
        if (trials === undefined) return;
        await seen();
        if (trials !== following!.ledger.settings.limits.trials) await remote.submit({ type: 'change', limits: { trials } });
      },
    },
    () => undefined,
    created.examples !== undefined,
  );
  const others: Answers = { busy: () => ({ open: [], parallel }) }; // other trainers may end the trials that an ask waits for
  const dispose = async () => {
    following?.stop();
    await remote.close();
    await nc.close();
  };
  return {
    opened: { ...aboutStudy(created), endless: false, stops: false, joined: true }, // where it runs, one knows its limits, and warns
    answers: { ...answers, ...others },
    dispose,
  };
}

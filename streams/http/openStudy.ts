import { filter, firstValueFrom } from 'rxjs';
import type { Params } from '../../src/facts/facts.ts';
import type { Importances } from '../../src/insight/importance/importances.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { LET_GO, RefusedError } from '../../src/study/commands.ts';
import type { Why } from '../explanation/why.ts';
import { studyOf } from '../study/handle.ts';
import { keptAlive } from '../study/port/heartbeats.ts';
import type { ClaimedTrial } from '../study/port/port.ts';
import { type ExpectedStudy, followLog, type StudyView } from '../study/port/view.ts';
import { type Remote, viewed } from '../study/port/viewed.ts';
import type { Study } from '../study/study.ts';
import { type Client, clientOf, submitTo } from './client.ts';
import { httpLog } from './httpLog.ts';
import { trainerOver } from './trainerPort.ts';

export interface OpenHttpOptions<P, O extends string = string> extends ExpectedStudy<P, O> {
  /** The token of a user of the server: a viewer reads the study, an operator commands it too, and an agent also gets trials. */
  readonly token?: string | undefined;
  /** Closes the handle, as `close` does. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a warning: the server does not answer, or answers no longer. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Opens a study that `hypertide serve --http` runs, or a program with `studiesApp` of `hypertide/server`. It resolves once the log so far has been read. While a
 * trial that it has claimed is open, it sends heartbeats; requests whose answer is lost are repeated, so the server may be started again meanwhile.
 *
 * @typeParam P the type of configurations; follows from `space`.
 * @typeParam O the names of the objectives; follow from `objectives`.
 * @param address of the study: that of the server, with the path where it is mounted, and the name of the study.
 * @throws OptionError for what is no address; StudyError if there is no such server or study, or no right to read it; RefusedError if the study has not begun;
 * MismatchError if it is not the one that you expect; the reason of the signal.
 * @example
 * await using study = await openStudy('http://127.0.0.1:8080/digits', { space: network, objectives: { loss: 'minimize' } });
 * for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, train(next.params));
 */
export async function openStudy<P = Params, O extends string = string>(
  address: string | URL,
  { token, signal, warn = console.warn, ...expected }: OpenHttpOptions<P, O> = {},
): Promise<Study<P, O>> {
  signal?.throwIfAborted();
  const closing = new AbortController();
  const client = clientOf(String(address), { token, warn, closing: closing.signal });
  let leave = () => closing.abort(signal?.reason);
  const end = () => leave();
  signal?.addEventListener('abort', end);
  try {
    const following = await followLog<P>(httpLog(client, closing.signal), String(address), expected);
    const remote = remoteOver(client, following, () => {
      following.stop();
      signal?.removeEventListener('abort', end);
      closing.abort(new RefusedError(LET_GO));
    });
    const study = studyOf<P, O>(viewed(following, keptAlive(remote)));
    leave = () => void study.close();
    return study;
  } catch (error) {
    signal?.removeEventListener('abort', end);
    closing.abort();
    throw error;
  }
}

/** @param closed ends what is under way */
function remoteOver<P>(client: Client, { ledger, live$ }: StudyView<P>, closed: () => void): Remote<P> {
  const trainer = trainerOver<P>(client);
  return {
    ...trainer,
    ask: async (asked) => {
      const reply = await trainer.ask(asked);
      if (reply.next === 'trial' && !isClaimed(ledger, reply))
        await firstValueFrom(live$.pipe(filter(() => isClaimed(ledger, reply))), { defaultValue: undefined });
      return reply;
    },
    record: async (fact) => {
      const run = fact.run ?? ledger.open.get(fact.trial)?.run; // a server takes no fact without its run
      const refusal = run === undefined ? ledger.refusesFrom(fact) : undefined;
      if (refusal) throw new RefusedError(refusal);
      return trainer.record(omitUndefined({ ...fact, run }));
    },
    submit: submitTo(client),
    importance: async (objective) => {
      const query = objective === undefined ? '' : `?objective=${encodeURIComponent(objective)}`;
      return (await client.get<Importances | null>(`/importance${query}`)) ?? undefined;
    },
    why: (trial) => client.get<Why>(`/trials/${trial}/why`),
    close: async () => closed(),
  };
}

/** Whether the log has a claim. Its trial may have ended since. */
const isClaimed = <P>({ open, nextTrial }: Ledger<P>, { trial, run }: ClaimedTrial<P>): boolean =>
  trial < nextTrial && (open.get(trial)?.runs.has(run) ?? true);

import { LEASE } from '../../streams/nats/protocol/messages.ts';
import { watchReports } from '../../streams/study/unreported.ts';
import { alikeIn } from '../insight/failingAlike.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { openTracing } from '../monitoring/openTracing.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { controlSocket } from '../stores/controlSocket.ts';
import { stripControls } from '../study/plainText.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { diskAndClock } from './diskAndClock.ts';
import { openHooks } from './hooks/hooks.ts';
import type { Plugin } from './host.ts';
import { type HostServer, type HostServerOptions, openServer } from './openServer.ts';

export interface PluginsOptions {
  /** The file of commands and webhooks to call. */
  readonly hooks?: string | undefined;
  /** Where to serve the studies, if they are served. */
  readonly server?: HostServerOptions | undefined;
  /** What measures the studies, if another server exports them. */
  readonly metrics?: Metrics | undefined;
}

/** What this process does with each study that it runs. */
export interface Plugins {
  readonly plugins: readonly Plugin[];
  readonly server: HostServer | undefined;
  readonly tracing: Tracing | undefined;
  /** Opens the server, once this process runs a study. @throws OpenServerError, ListenError */
  open(): Promise<void>;
  /** Ends what is common to all studies. Their own observers must have ended. */
  close(): Promise<void>;
}

/**
 * Opens what a process does with the studies that it runs.
 *
 * @throws UsageError
 */
export async function openPlugins({ hooks: path, server: at, metrics }: PluginsOptions, screen: StatusLine): Promise<Plugins> {
  const hooks = await openHooks(path, screen);
  const tracing = await openTracing();
  const server = at && (await openServer(at, metrics, screen.line));
  const optional = [hooks?.plugin, tracing && traced(tracing), server?.plugin ?? (metrics && measured(metrics))];
  return {
    plugins: [...optional.flatMap((plugin) => plugin ?? []), diskAndClock(), acceptCommands],
    server,
    tracing,
    open: async () => server?.listen(),
    close: async () => {
      await server?.close();
      await hooks?.close();
    },
  };
}

/** Exports the metrics of a study. */
export const measured =
  (metrics: Metrics): Plugin =>
  (study) => ({ apply: metrics.add(study.name, study), close: () => metrics.remove(study.name) });

/** Traces a study. */
const traced =
  (tracing: Tracing): Plugin =>
  ({ name }) => ({ spans: tracing.spansOf(name) });

/** Warns of trainers from which a study learns nothing. @param how a trainer reports, in the imperative */
export const watchedReports =
  (how: string): Plugin =>
  ({ line, past }) => ({ apply: watchReports(how, past, (text) => line(text, { level: 'warn' })) });

/** Says when a study is paused, by a person or because its first trials failed alike, and when it continues. */
export const pausesTold: Plugin = ({ line, past, place }) => {
  let isTold = false;
  return {
    apply: ({ fact, refusal, position }, { ledger, rows }) => {
      if (refusal || fact.type !== 'changed' || fact.paused === undefined || position <= past()) return;
      const alike = alikeIn(ledger, rows);
      if (alike && isTold) return; // another trial of the same program has failed
      isTold = alike !== undefined;
      if (!alike) return line(fact.paused ? 'paused: no new trials begin' : 'no longer paused');
      const { trials, how, message } = alike;
      line(`trials ${trials.join(', ')} failed ${how}, so the study is paused: ${stripControls(message)}`, { level: 'error' });
      line(`correct the trainers, then: hypertide resume ${place} (these trials are not counted)`);
    },
  };
};

/** Says which trials are lost. @param lease in seconds @param tells whether this engine is the one of several that says it */
export const lossesTold =
  (tells: () => boolean, lease = LEASE): Plugin =>
  ({ line, past }) => ({
    apply: ({ fact, refusal, position }, { rows }) => {
      if (refusal || fact.type !== 'failed' || fact.reason !== 'lost' || position <= past() || !tells()) return;
      const { trial, run, message = '' } = fact;
      const trainer = run === undefined ? undefined : rows.get(trial)?.trainer;
      const why = trainer === undefined ? stripControls(message) : `${trainer} was silent for ${lease} s`;
      line(`trial ${trial} is lost: ${why}`, omitUndefined({ level: 'warn' as const, trial, run }));
    },
  });

/** Accepts commands and trainers of other processes for a study in a journal. */
export const acceptCommands: Plugin = ({ journal, line, submit, converse }) => {
  if (journal === undefined || converse === undefined) return {};
  const opening = controlSocket(journal, submit, converse).catch((error: Error) =>
    line(`no other process can command it: ${error.message}`, { level: 'warn' }),
  );
  return { close: async () => (await opening)?.() };
};

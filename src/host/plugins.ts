import { watchReports } from '../../streams/study/unreported.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { openTracing } from '../monitoring/openTracing.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { acceptCommands } from './controlSocket.ts';
import { diskAndClock } from './diskAndClock.ts';
import { openHooks } from './hooks/hooks.ts';
import type { Plugin } from './host.ts';

/** What this process does with each study that it runs. */
export interface Plugins {
  readonly plugins: readonly Plugin[];
  readonly tracing: Tracing | undefined;
  /** Ends what is common to all studies. Their own observers must have ended. */
  close(): Promise<void>;
}

/**
 * Opens what a process does with the studies that it runs.
 *
 * @param path the file of commands and webhooks to call.
 * @throws UsageError
 */
export async function openPlugins(path: string | undefined, screen: StatusLine): Promise<Plugins> {
  const hooks = await openHooks(path, screen);
  const tracing = await openTracing();
  const optional = [hooks?.watch, tracing && traced(tracing)];
  return {
    plugins: [...optional.flatMap((plugin) => plugin ?? []), diskAndClock(), acceptCommands],
    tracing,
    close: async () => hooks?.close(),
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

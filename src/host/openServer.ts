import type { Metrics } from '../monitoring/metrics.ts';
import type { AccessOptions } from '../server/access/access.ts';
import type { Link } from '../server/health.ts';
import type { UnloadedStudy } from '../server/servedStudies.ts';
import { processSource } from '../stores/process.ts';
import type { StatusLine } from '../text/statusLine.ts';
import type { Plugin } from './host.ts';

/** A server for the studies of this process. */
export interface HostServer {
  /** Shows and measures a study. */
  readonly plugin: Plugin;
  readonly metrics: Metrics;
  /** Begins to listen, unless it does. @throws OpenServerError, ListenError */
  listen(): Promise<void>;
  /** Shows a study without its trials, since it was unloaded, until someone asks for it. */
  unload(study: string, unloaded: UnloadedStudy): void;
  /** Shows that a study has changed, though its log has not. */
  changed(study: string): void;
  /** Shows a study no longer, since it was deleted. */
  forget(study: string): void;
  close(): Promise<void>;
}

export interface HostServerOptions extends AccessOptions {
  /** The port to listen at; 0 for a free one. */
  readonly port: number;
  /** The connection of the studies to a server. */
  readonly link?: ((metrics: Metrics) => Link) | undefined;
}

/**
 * A server for the studies of this process: a page, requests, tools for agents, metrics and health. It listens once it is told to.
 *
 * @param given the metrics of the studies, if another server exports them too.
 */
export async function openServer(
  { link, ...options }: HostServerOptions,
  given: Metrics | undefined,
  line: StatusLine['line'],
): Promise<HostServer> {
  const [{ serveHttp }, { ServedStudies }, { Metrics }] = await Promise.all([
    import('../server/serve.ts'),
    import('../server/servedStudies.ts'),
    import('../monitoring/metrics.ts'),
  ]);
  const metrics = given ?? new Metrics();
  const studies = new ServedStudies({ metrics, warn: (text) => line(text, { level: 'warn' }) });
  let listening: ReturnType<typeof serveHttp> | undefined;
  const listen = async () => {
    if (listening) return;
    listening = serveHttp(studies, { ...options, link: link?.(metrics) });
    line(`dashboard: ${(await listening).url}`);
  };
  const plugin: Plugin = (study) => {
    const { name, place, log, files, past, submit, waits, served } = study;
    const measure = metrics.add(name, study);
    const take = studies.host(name, { ...processSource(place, log, submit), waits, served }, past, files);
    return {
      apply: (entry, folded) => {
        measure(entry);
        take(entry, folded);
      },
      watch: (seen) => seen.type === 'answered' && metrics.answered(name, seen.path, seen.seconds),
    };
  };
  return {
    plugin,
    metrics,
    listen,
    unload: (study, unloaded) => studies.unload(study, unloaded),
    changed: (study) => studies.tell(study),
    forget: (study) => studies.remove(study),
    close: async () => (await listening)?.close(),
  };
}

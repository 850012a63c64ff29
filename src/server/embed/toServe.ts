import { portOf } from '../../../streams/study/handle.ts';
import { LocalPort } from '../../../streams/study/port/local.ts';
import { OptionError } from '../../errors.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { isRecord } from '../../schema/json.ts';
import { ServedStudies } from '../servedStudies.ts';

/** A study of this process, as `createStudy` and `optimize` return it. */
export interface ServableStudy {
  readonly entries$: object;
  ready(): Promise<void>;
}

/** Studies by the names that they have on a server. */
export type ServableStudies = Readonly<Record<string, ServableStudy>>;

export interface StudiesOptions {
  /** Those that the server exports at `/metrics`; it measures each study. Default: none are exported. */
  readonly metrics?: Metrics | undefined;
  /** Takes lines for people who run the server. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Studies of this process for a server. @throws OptionError for what is no study */
export function toServe(studies: ServableStudies, { metrics, warn = console.warn }: StudiesOptions): ServedStudies {
  const served = new ServedStudies({ metrics, warn });
  if (!isRecord(studies) || 'entries$' in studies)
    throw new OptionError('studies', 'studies by name, such as { digits: study }', Object.keys(studies ?? {}).slice(0, 3));
  for (const [name, study] of Object.entries(studies)) addStudy(served, name, study);
  return served;
}

function addStudy(served: ServedStudies, name: string, study: ServableStudy): void {
  const host = portOf(study);
  if (!(host instanceof LocalPort) || !host.isShared) {
    served.show(name, {
      ...host.source,
      submit: async (intent) => {
        await host.ready();
        return { ...(await host.submit(intent)), running: true };
      },
    });
    return;
  }
  const take = served.host(name, host, () => host.ledger.position);
  served.open(name).host = host;
  const measure = served.metrics?.add(name, {
    state: () => (host.ledger.created ? host : undefined),
    failure: () => (host.failure ? (host.failure.error as Error).message : undefined),
  });
  host.entries$.subscribe({
    next: (entry) => {
      measure?.(entry);
      take(entry, host);
    },
    error: () => {}, // requests report it
  });
}

import type { Access } from '../../../streams/nats/connection/connect.ts';
import type { StudyNaming } from '../../../streams/nats/protocol/subjects.ts';
import type { ServeStudyOptions, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import type { Plugin } from '../host.ts';
import type { HostServer } from '../server.ts';

/** Where and how this process serves studies. */
export interface ServingOptions {
  readonly nc: Parameters<typeof serveStudy>[0];
  readonly screen: StatusLine;
  /** The address of the server. */
  readonly nats: string;
  /** How studies are named there. */
  readonly naming?: StudyNaming;
  /** How this process logs in there. */
  readonly access: Access;
  readonly metrics?: Metrics | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  /** What shows the studies. */
  readonly server?: HostServer | undefined;
  readonly settings: Pick<ServeStudyOptions, 'lease' | 'replicas' | 'maxBytes' | 'checkpointBytes' | 'atMost'>;
}

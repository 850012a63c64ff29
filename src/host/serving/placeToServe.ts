import { type Access, namingIn } from '../../../streams/nats/connection/connect.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { AccessOptions } from '../../server/access/access.ts';
import { CONNECT_WITHIN, connect } from '../../stores/connectNats.ts';
import { type AtMostOptions, atMostOf } from '../../study/atMost.ts';
import { addressOf } from '../../text/address.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { openServer } from '../openServer.ts';
import { measured, openPlugins } from '../plugins.ts';
import { Links, monitorFor } from './monitor.ts';
import { type Quota, Quotas } from './quota.ts';
import { type RetireOptions, UNLOAD } from './retireOptions.ts';
import type { ServingOptions } from './served.ts';
import { type Serving, serving } from './serving.ts';
import { usersIn } from './usersIn.ts';

/** Where studies are, and how this process logs in there. */
export interface Place {
  /** The address of the server. */
  readonly nats: string;
  readonly access: Access;
  /** Whose account it is, if the process serves several teams. */
  readonly team?: string;
}

/** A connection to a place, and the studies that this process serves there. */
export interface OpenPlace {
  readonly serving: Serving;
  readonly options: ServingOptions;
}

/** How a process serves studies on NATS servers, whatever the place. */
export interface PlaceOptions extends AtMostOptions, Pick<ServingOptions['settings'], 'lease' | 'replicas' | 'maxBytes'> {
  readonly http?: string;
  readonly monitor?: string;
  readonly users?: string;
  readonly proxy?: readonly string[];
  readonly hooks?: string;
  /** Bytes of the checkpoints of all studies. */
  readonly checkpoints?: number;
}

/** What all places of a process share: its page, its metrics and its hooks. */
export interface Shared {
  /** Connects to a place. @param signal ends the attempts @throws ConnectError */
  open(place: Place, signal?: AbortSignal): Promise<OpenPlace>;
  /** Changes what a team may use, and when its closed studies are unloaded and archived. */
  declare(team: string, quota: Quota, retire: RetireOptions): void;
  /** Shows a team no longer. */
  forget(team: string): void;
  close(): Promise<void>;
}

/** @throws UsageError, ListenError, OpenServerError; HooksError */
export async function openShared(options: PlaceOptions, screen: StatusLine): Promise<Shared> {
  const { lease, replicas, maxBytes, checkpoints: checkpointBytes } = options;
  const users = await usersIn(options.users);
  const at = options.http === undefined ? undefined : addressOf('--http', options.http);
  const observing = await openPlugins({ hooks: options.hooks }, screen);
  const monitor = await monitorFor(options.monitor, screen);
  let links = monitor?.links;
  const linked = (metrics: Metrics): Links => {
    links ??= new Links(metrics);
    return links;
  };
  const access: AccessOptions = omitUndefined({ names: options.proxy, users });
  const server = at && (await openServer({ ...at, ...access, link: linked }, monitor?.metrics, screen.line));
  const close = async () => {
    links?.end();
    await monitor?.close();
    await server?.close();
    await observing.close();
  };
  await server?.listen().catch(async (error: Error) => {
    await close();
    throw error;
  });
  const metrics = server?.metrics ?? monitor?.metrics;
  const shown = server?.plugin ?? (metrics && measured(metrics));
  const plugins = [...observing.plugins, ...(shown ? [shown] : [])];
  const settings = omitUndefined({ lease, replicas, maxBytes, checkpointBytes, atMost: atMostOf(options) });
  const together = withoutRepeats(screen);
  const quotas = new Quotas(metrics);
  const retirements = new Map<string | undefined, RetireOptions>();
  const linkTo = new Map<string | undefined, ReturnType<Links['expect']>>();
  return {
    open: async ({ nats, access, team }, signal) => {
      const naming = namingIn(nats);
      const link = linkTo.get(team) ?? links?.expect(team);
      if (link) linkTo.set(team, link);
      const nc = await connect(together, nats, { inboxPrefix: '_INBOX_engine', ...access }, CONNECT_WITHIN, signal);
      link?.(nc, naming.apiPrefix);
      const options: ServingOptions = {
        nc,
        screen,
        team,
        nats,
        naming,
        access,
        metrics,
        server,
        quota: team === undefined ? undefined : quotas.of(team),
        plugins,
        retire: () => retirements.get(team) ?? { unloadAfter: UNLOAD },
        settings,
      };
      return { options, serving: serving(options) };
    },
    declare: (team, quota, retire) => {
      quotas.of(team).limit(quota);
      retirements.set(team, retire);
    },
    forget: (team) => {
      links?.forget(team);
      linkTo.delete(team);
      quotas.forget(team);
      retirements.delete(team);
    },
    close,
  };
}

/** Milliseconds within which the connections of a process lose their server, and are back. */
const TOGETHER = 2000;

/** The same log without what another connection has just said. */
function withoutRepeats(screen: StatusLine): StatusLine {
  const said = new Map<string, number>();
  return {
    ...screen,
    line: (text, about) => {
      const now = performance.now();
      if (now - (said.get(text) ?? Number.NEGATIVE_INFINITY) > TOGETHER) screen.line(text, about);
      said.set(text, now);
    },
  };
}

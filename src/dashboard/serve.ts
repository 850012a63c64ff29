import { Metrics } from '../monitoring/metrics.ts';
import { newToken } from './access.ts';
import { dashboardApp } from './app.ts';
import { listen } from './listen.ts';
import { ShownStudies } from './studies.ts';

export interface DashboardOptions {
  /** The address to listen on. Default 127.0.0.1; on any other one, reading needs the token too. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** The secret that permits acting. Default: a random one. */
  readonly token?: string;
  /** Host names of a proxy in front of it. With a proxy, reading needs the token too. */
  readonly names?: readonly string[];
  readonly warn?: (message: string) => void;
}

export interface Dashboard {
  readonly studies: ShownStudies;
  /** The address of the page. */
  readonly url: string;
  /** The same with the token, which permits acting. */
  readonly ownerUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

/** Serves the dashboard until it is closed; studies are added to it at any time. */
export async function dashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { host = '127.0.0.1', port = 0, token = newToken(), names = [], warn = () => {} } = options;
  const metrics = new Metrics();
  const studies = new ShownStudies(metrics, warn);
  const app = dashboardApp(studies, metrics, { host, token, names });
  const { url, close } = await listen(app, host, port);
  return {
    studies,
    url,
    ownerUrl: `${url}#token=${token}`,
    token,
    close: async () => {
      studies.close();
      await close();
    },
  };
}

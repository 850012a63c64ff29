import { onInterrupt } from '../../../host/interrupt.ts';
import { DeliveryError } from '../../../host/request.ts';
import { type Mirror, mirrorStudy } from '../../../interop/mirror.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { onStudy } from '../../command.ts';
import { flag, type Given, needed, oneOf, value, values } from '../../parts.ts';

const options = {
  once: flag('end after the entries that the log has now'),
  header: values('line', "header of each request, such as 'Authorization: Bearer ...'"),
  position: value('file', 'webhook: file with the last position sent (default: <study>.mirror.json)'),
  experiment: value('name', 'mlflow: name of the experiment (default: hypertide)'),
};

export const command = onStudy({
  description: 'Send the facts of a study to another system, until the study closes. After a restart, it continues where it was.',
  arguments: {
    target: needed('target', 'webhook: each entry of the log as a CloudEvent; mlflow: runs', { kind: oneOf(['webhook', 'mlflow']) }),
    url: needed('url', 'address of the receiver, or of the MLflow server'),
  },
  options,
  help: `Logs in to MLflow as its own clients do: MLFLOW_TRACKING_TOKEN, or
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.`,
  run: async (study, { target, url, ...options }) => {
    const ending = new AbortController();
    const release = onInterrupt(() => ending.abort());
    const { signal } = ending;
    try {
      const made = await mirrorTo(study, target, addressOf(url), options, signal);
      const from = made.position;
      inform(from === 0 ? `mirroring ${study.place}` : `mirroring ${study.place} from position ${from + 1} on`);
      await mirrorStudy(study, study.created, made, { signal, warn: inform, once: options.once ?? false });
      inform(`mirrored up to position ${made.position}`);
      return signal.aborted ? 130 : 0;
    } catch (error) {
      if (signal.aborted) return 130;
      if (error instanceof DeliveryError) throw new UsageError(`${target} ${new URL(url).host}: ${error.message}`);
      throw error;
    } finally {
      release();
    }
  },
});

type Target = 'webhook' | 'mlflow';

async function mirrorTo(
  { created, stem }: CommandStudy,
  target: Target,
  url: string,
  { header = [], position = `${stem}.mirror.json`, experiment = 'hypertide' }: Given<typeof options>,
  signal: AbortSignal,
): Promise<Mirror> {
  const headers = headersIn(header);
  if (target === 'webhook') return (await import('../../../interop/webhook.ts')).webhookMirror({ url, headers, file: position, signal });
  const [{ mlflowMirror }, { mlflowClient }] = await Promise.all([
    import('../../../interop/mlflow.ts'),
    import('../../../interop/mlflowClient.ts'),
  ]);
  return mlflowMirror(mlflowClient(url, { ...login(), ...headers }, signal), created, experiment);
}

/** @throws UsageError */
function addressOf(url: string): string {
  const { protocol = '' } = URL.canParse(url) ? new URL(url) : {};
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(`expected an address that begins with http:// or https://, got ${url}`);
  return url;
}

/** @throws UsageError */
function headersIn(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+): *(.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new UsageError(`--header: expected 'Name: value', got ${line}`);
      return [name, value];
    }),
  );
}

/** The login that MLflow's own clients use. */
function login(): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password = '' } = process.env;
  if (token) return { Authorization: `Bearer ${token}` };
  return user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {};
}

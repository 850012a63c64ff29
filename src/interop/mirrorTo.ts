import type { Created } from '../facts/facts.ts';
import type { Mirror } from './mirror.ts';
import type { Receiver } from './request.ts';

/** The systems that a study can be mirrored to: each entry of the log as a CloudEvent, or the study and its trials as runs. */
export const mirrorKinds = ['webhook', 'mlflow'] as const;

export interface MirrorTarget extends Receiver {
  readonly kind: (typeof mirrorKinds)[number];
  /** Of a webhook: the file with the last position sent. */
  readonly position: string;
  /** Of MLflow: the name of the experiment. Default: `hypertide`. */
  readonly experiment?: string | undefined;
}

/** What sends a study there, from where it was. @throws UsageError, DeliveryError */
export async function mirrorTo(
  { kind, url, headers, position, experiment }: MirrorTarget,
  created: Created,
  signal: AbortSignal,
): Promise<Mirror> {
  if (kind === 'webhook') return (await import('./webhook.ts')).webhookMirror({ url, headers, file: position, signal });
  const [{ mlflowMirror }, { mlflowClient }] = await Promise.all([import('./mlflow.ts'), import('./mlflowClient.ts')]);
  return mlflowMirror(mlflowClient(url, { ...login(), ...headers }, signal), created, experiment ?? 'hypertide');
}

/** The login that MLflow's own clients use. */
function login(): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password = '' } = process.env;
  if (token) return { Authorization: `Bearer ${token}` };
  return user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {};
}

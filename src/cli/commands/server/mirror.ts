import { onInterrupt } from '../../../host/interrupt.ts';
import { mirrorStudy } from '../../../interop/mirror.ts';
import { mirrorKinds, mirrorTo } from '../../../interop/mirrorTo.ts';
import { DeliveryError } from '../../../interop/request.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { onStudy } from '../../command.ts';
import { flag, needed, oneOf, value, values } from '../../parts.ts';

const options = {
  once: flag('end after the entries that the log has now'),
  header: values('line', "header of each request, such as 'Authorization: Bearer ...'"),
  position: value('file', 'webhook: file with the last position sent (default: <study>.mirror.json)'),
  experiment: value('name', 'mlflow: name of the experiment (default: hypertide)'),
};

export const command = onStudy({
  description: 'Send the facts of a study to another system, until the study closes. After a restart, it continues where it was.',
  arguments: {
    target: needed('target', 'webhook: each entry of the log as a CloudEvent; mlflow: runs', { kind: oneOf(mirrorKinds) }),
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
      const { once = false, header = [], position = `${study.stem}.mirror.json`, experiment } = options;
      const at = { kind: target, url: addressOf(url), headers: headersIn(header), position, experiment };
      const made = await mirrorTo(at, study.created, signal);
      const from = made.position;
      inform(from === 0 ? `mirroring ${study.place}` : `mirroring ${study.place} from position ${from + 1} on`);
      await mirrorStudy(study, study.created, made, { signal, warn: inform, once });
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

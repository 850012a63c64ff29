import { namingIn } from '../../../../streams/nats/connection/connect.ts';
import { type Subjects, subjectsOf, trainerOf } from '../../../../streams/nats/protocol/subjects.ts';
import { type Seen, watching } from '../../../../streams/nats/watch.ts';
import { withResolvers } from '../../../../streams/promises.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { accessOf, announceWait, connect } from '../../../stores/connect.ts';
import { parseAddress } from '../../../stores/locate.ts';
import { print } from '../../../text/output.ts';
import { progressFrame, progressLine } from '../../../text/progress.ts';
import { shown } from '../../../text/shown.ts';
import { openStatusLine } from '../../../text/statusLine.ts';
import { UsageError } from '../../../text/usage.ts';
import { address, declare } from '../../command.ts';
import { flag } from '../../parts.ts';

export const command = declare({
  description: 'Show a study on a NATS server as it runs, until it closes.',
  arguments: { study: address },
  options: {
    quiet: flag('show only the progress, no line for each message', { short: 'q' }),
    json: flag('print a JSON line for each change'),
  },
  run: async ({ study: at, json = false, quiet = false }, { connection }) => {
    const { form, at: nats, name: study } = parseAddress(at, connection);
    if (form !== 'nats' || study === undefined)
      throw new UsageError('expected a study on a NATS server, such as nats://127.0.0.1:4222/digits');
    const screen = openStatusLine();
    const subjects = subjectsOf(study, namingIn(nats));
    const nc = await connect(screen, nats, { inboxPrefix: '_INBOX_viewer', ...accessOf(connection.loginTo(nats)) });
    const since = performance.now();
    let before: number | undefined;
    let last: (() => string) | undefined;
    const { promise: first, resolve: known } = withResolvers<void>();
    void announceWait(screen, `an engine that serves ${study}`, first);
    const show = (seen: Seen) => {
      if (seen.type === 'status') known();
      if (json) return print(JSON.stringify(seen));
      if (seen.type === 'message') return quiet ? undefined : screen.line(lineOf(seen, subjects));
      if (seen.type === 'engine')
        return screen.line(seen.isThere ? `an engine serves ${study} again` : `no engine serves ${study} now; waiting`);
      const { status } = seen;
      const ended = status.completed + status.stopped + status.failed;
      before ??= ended;
      const rate = (ended - before) / Math.max((performance.now() - since) / 1000, 1);
      const shape = { limit: status.limit, objective: status.objective, rate };
      const line = () => progressLine(status, shape);
      last = line;
      return screen.status({ line, frame: (columns, rows) => progressFrame(status, shape, columns, rows) });
    };
    return new Promise<number>((resolve, reject) => {
      const subscription = watching(nc, subjects).subscribe({
        next: show,
        error: (error) => end(undefined, error),
        complete: () => end(0),
      });
      const release = onInterrupt(() => end(130));
      const end = (status: number | undefined, error?: unknown) => {
        known();
        subscription.unsubscribe();
        release();
        screen.end();
        if (last !== undefined && !json) screen.line(last());
        void nc.close().then(() => (status === undefined ? reject(error) : resolve(status)));
      };
    });
  },
});

/** The author of a message, its trial, and its text. */
function lineOf({ subject, data }: Seen & { type: 'message' }, { log }: Subjects): string {
  const kind = subject.split('.')[log.split('.').length - 2]; // the prefix may have any number of tokens
  const { type = '?', trial, ...more } = (data ?? {}) as Record<string, unknown>;
  const told = (more.values ?? more.params ?? {}) as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(told).map(([name, value]) => `${name}=${shown(value)}`);
  const rest = [more.step !== undefined && `step ${more.step}`, more.reason, more.by && `by ${more.by}`, more.message].filter(Boolean);
  return [trainerOf(subject) ?? kind, trial === undefined ? '' : `trial ${trial}`, type, ...rest, ...pairs].filter(Boolean).join(' ');
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../src/python/', import.meta.url));

/** It can sign the logins of nkeys. */
const interpreter = execFileSync('sh', [fileURLToPath(new URL('../../scripts/ensure-python.sh', import.meta.url)), 'cryptography'], {
  encoding: 'utf8',
}).trim();

export interface Said {
  readonly type: string;
  readonly trial?: number;
  readonly attempt?: number;
  readonly params?: { readonly n: number };
  readonly reason?: string;
  readonly values?: object;
  readonly checkpoint?: string;
}

/** Runs a piece of Python that has imported the trainer. */
export function python(url: string, study: string, program: string) {
  const code = `import sys, time\nsys.path.insert(0, ${JSON.stringify(folder)})\nfrom hypertide import _nats_checkpoints as checkpoints, nats as h\nurl, study = sys.argv[1:]\n${program}`;
  const child = spawn(interpreter, ['-c', code, url, study], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, text })) };
}

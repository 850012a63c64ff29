import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { engineOfPython, packageOfPython } from '../../support/engineOfPython.ts';

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
  const code = `import sys, time\nsys.path.insert(0, ${JSON.stringify(packageOfPython)})\nfrom hypertide import nats as h\nurl, study = sys.argv[1:]\n${program}`;
  const child = spawn('python3', ['-c', code, url, study], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...engineOfPython },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, text })) };
}

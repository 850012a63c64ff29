import { connect } from 'node:net';
import { board, finished } from '../../../test/dashboard/support.ts';
import { must, type Target } from '../target.ts';

/** Milliseconds after which a connection without an answer is closed. */
const PATIENCE = 50;

/** What arrives at the port of a dashboard. HOST stands for the address. */
export async function http(): Promise<Target> {
  const opened = await board();
  await opened.say(...finished(1, 0.5));
  const { port, hostname, host } = new URL(opened.url);
  const get = (path: string) => `GET /${path} HTTP/1.1\r\nHost: HOST\r\n\r\n`;
  const post = (path: string, body: string) =>
    `POST /v1/studies/net/${path} HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  const answerTo = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(text, 'latin1')));
      socket.setTimeout(PATIENCE, () => socket.destroy());
      socket.on('data', (bytes) => {
        answer += bytes.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(answer));
    });
  return {
    name: 'http',
    seeds: [
      ...[
        '',
        'healthz',
        'metrics',
        'v1/studies/net/importance',
        'v1/studies/net/trials/1/log',
        'v1/studies/net/trials/1/why',
        'nowhere',
      ].map(get),
      ...[
        ['enqueue', '{"params":{"lr":0.01}}'],
        ['trials/1/retract', '{}'],
        ['change', '{"parallel":2}'],
        ['close', '{}'],
      ].map(([path, body]) => post(path!, body!)),
      'POST /v1/session HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
    async take(input) {
      const answer = await answerTo(input.replaceAll('HOST', host));
      const [, status = 'none'] = /^HTTP\/1\.[01] (\d+)/.exec(answer) ?? [];
      must(!/^5/.test(status), `the answer ${answer.slice(0, 500)}`);
      must(!/\n\s+at .*[:(]/.test(answer), `a stack trace: ${answer.slice(0, 500)}`);
      must((await fetch(`${opened.url}healthz`)).ok, 'the server is not healthy');
      return `${status} ${answer.split('\r\n\r\n')[1]?.slice(0, 30) ?? ''}`;
    },
    close: () => opened.close(),
  };
}

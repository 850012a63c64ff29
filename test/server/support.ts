import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { HostedStudies, type HostedStudiesOptions } from '../../src/host/hostedStudies.ts';
import { parseUsers, tokenDigest } from '../../src/server/access/users.ts';
import { serveHttp } from '../../src/server/serve.ts';
import type { StudyFile } from '../../src/studyFile/studyFile.ts';
import { parseStudy } from '../../src/studyFile/studyFile.ts';

/** A study file as data. */
export const digits = {
  name: 'digits',
  parameters: { lr: { type: 'float', low: 1e-4, high: 0.1, log: true }, units: { type: 'int', low: 1, high: 64 } },
  objective: 'minimize loss',
  strategy: 'random',
  trials: 5,
  parallel: 2,
};

/** The tokens of a server with users, by their names. */
export const tokens = {
  w1: 'token-of-w1',
  w2: 'token-of-w2',
  ada: 'token-of-ada',
  board: 'token-of-board',
  agent: 'token-of-agent',
  dry: 'token-of-dry',
};
export const users = parseUsers({
  w1: { role: 'trainer', sha256: tokenDigest(tokens.w1) },
  w2: { role: 'trainer', sha256: tokenDigest(tokens.w2) },
  ada: { role: 'operator', sha256: tokenDigest(tokens.ada) },
  board: { role: 'viewer', sha256: tokenDigest(tokens.board) },
  agent: { role: 'agent', sha256: tokenDigest(tokens.agent), trials: 2, cost: 3 },
  dry: { role: 'agent', sha256: tokenDigest(tokens.dry), dryRun: true },
});

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A server with the study `digits`, or another one. */
export async function server(
  options: Parameters<typeof serveHttp>[1] = {},
  study: object = digits,
  settings: Partial<HostedStudiesOptions> = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-http-'));
  const warnings: string[] = [];
  const studies = new HostedStudies({ directory, line: (line) => warnings.push(line), ...settings });
  const file: StudyFile = parseStudy(study);
  const hosted = await studies.host(file, directory);
  const { url, close } = await serveHttp(studies.served, options);
  const send = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const type = text === undefined ? {} : { 'Content-Type': 'application/json' };
    return sendTo(`${url}${path}`, { method, text, headers: { ...type, ...headers } });
  };
  /** The headers with the token of a user. */
  const as = (user: keyof typeof tokens) => ({ Authorization: `Bearer ${tokens[user]}` });
  return {
    url,
    directory,
    warnings,
    hosted,
    as,
    head: (path: string, headers?: Readonly<Record<string, string>>) => send('HEAD', `v1/${path}`, undefined, headers),
    get: (path: string, headers?: Readonly<Record<string, string>>) => send('GET', `v1/${path}`, undefined, headers),
    post: (path: string, body: unknown = {}, headers?: Readonly<Record<string, string>>) => send('POST', `v1/${path}`, body, headers),
    close: async () => {
      await close();
      await studies.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A server that closes when the test has ended. */
export async function open(...args: Parameters<typeof server>) {
  const opened = await server(...args);
  onTestFinished(opened.close);
  return opened;
}

/** A request with any headers: fetch would not send some of them. */
export const sendTo = (
  url: string,
  {
    method = 'GET',
    text,
    headers = {},
  }: { readonly method?: string; readonly text?: string | undefined; readonly headers?: Readonly<Record<string, string>> },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => {
        const isJson = String(response.headers['content-type']).startsWith('application/json');
        resolve({ status: response.statusCode!, body: isJson && answer !== '' ? JSON.parse(answer) : answer, headers: response.headers });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(text);
  });

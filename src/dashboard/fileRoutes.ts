import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { stream } from 'hono/streaming';
import { failureOf } from '../errors.ts';
import type { KeptFiles } from './kept.ts';
import type { Shown, ShownStudies } from './studies.ts';

/** The largest uploaded file, in bytes. */
const LARGEST_FILE = 16 * 2 ** 20;
const ROUTE = '/api/studies/:id/trials/:trial/files';

/** Types that a browser may show. It saves any other file, which could be a page or a script. */
const TEXTS = ['txt', 'log', 'md', 'csv', 'tsv', 'json', 'jsonl', 'yaml', 'yml', 'toml'];
const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};

/** Routes to the files of trials. The list is null if they are on another machine. */
export function fileRoutes(app: Hono, studies: ShownStudies, mayAct: MiddlewareHandler): void {
  const ofTrial = (serve: (c: Context, files: KeptFiles, trial: number) => Promise<Response>) => async (c: Context) => {
    const shown = studies.get(c.req.param('id') ?? '');
    const trial = Number(c.req.param('trial'));
    return shown?.files && hasTrial(shown, trial) ? serve(c, shown.files, trial) : missing(c);
  };
  app.get(ROUTE, async (c) => {
    const shown = studies.get(c.req.param('id'));
    const trial = Number(c.req.param('trial'));
    if (!shown || !hasTrial(shown, trial)) return missing(c);
    return c.json((await shown.files?.list(trial)) ?? null);
  });
  app.get(
    `${ROUTE}/:name{.+}`,
    ofTrial(async (c, files, trial) => {
      const name = c.req.param('name') ?? '';
      const last = Number(c.req.query('last'));
      const file = await files.open(trial, name, last > 0 ? last : undefined);
      if (file === undefined) return missing(c);
      for (const [header, value] of Object.entries(headersFor(name))) c.header(header, value);
      return stream(c, async (out) => {
        for await (const part of file as AsyncIterable<Buffer>) {
          if (out.aborted) break; // which closes the file
          await out.write(new Uint8Array(part));
        }
      });
    }),
  );
  app.post(
    `${ROUTE}/:name`,
    mayAct,
    bodyLimit({ maxSize: LARGEST_FILE, onError: (c) => c.json({ ok: false, error: `expected at most ${LARGEST_FILE} bytes` }, 413) }),
    ofTrial(async (c, files, trial) => {
      const content = new Uint8Array(await c.req.arrayBuffer());
      try {
        return c.json({ ok: true, name: await files.add(trial, c.req.param('name') ?? '', content) });
      } catch (error) {
        return c.json({ ok: false, ...failureOf(error) }, 409);
      }
    }),
  );
}

const missing = (c: Context) => c.json({ ok: false, error: 'there is no such file' }, 404);

const hasTrial = ({ feed }: Shown, trial: number): boolean => feed.state()?.rows.get(trial) !== undefined;

function headersFor(name: string): Readonly<Record<string, string>> {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (TEXTS.includes(ending)) return { 'Content-Type': 'text/plain; charset=utf-8' };
  const type = IMAGES[ending];
  if (type !== undefined && ending !== 'svg') return { 'Content-Type': type };
  return { 'Content-Type': type ?? 'application/octet-stream', 'Content-Disposition': 'attachment' };
}

import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import { RefusedError } from '../study/commands.ts';
import { ANYONE, answerAs, HEADERS, type HttpEnv } from './access/access.ts';
import type { EventStreams } from './eventStreams.ts';
import type { MediaOperationId } from './handlers.ts';
import type { HttpRequest } from './request.ts';
import type { OperationId } from './routes.ts';
import type { ServedStudies } from './servedStudies.ts';
import { filesFor } from './studyView.ts';
import { watchEvents } from './watch.ts';

/** Answers a request with something else than JSON. */
type MediaHandler = (
  c: Context<HttpEnv>,
  studies: ServedStudies,
  request: HttpRequest,
  streams: EventStreams,
) => Response | Promise<Response>;

/** The position of the last event that a reader knew when it was disconnected; otherwise the one in its query. */
function positionIn(c: Context<HttpEnv>, { fields: { after = 0 } }: HttpRequest): number {
  const known = c.req.header('last-event-id');
  return known !== undefined && /^\d{1,15}$/.test(known) ? Number(known) : Number(after);
}

const nameOf = ({ user = ANYONE }: HttpRequest): string => user.name;

/** The log from a position on, then what is appended, as server-sent events. The id of an event is its position. */
export const factEvents: MediaHandler = async (c, studies, request, streams) => {
  await studies.load(request.study);
  const { source, host } = studies.open(request.study);
  await host?.ready();
  return streams(c, nameOf(request), async (out, leaving) => {
    for await (const entries of source.read(positionIn(c, request) + 1, leaving)) {
      let text = '';
      for (const entry of entries) text += `id: ${entry.position}\ndata: ${JSON.stringify(entry)}\n\n`;
      await out.write(text);
    }
  });
};

export const isMediaOperation = (id: OperationId): id is MediaOperationId => Object.hasOwn(mediaHandlers, id);

export const mediaHandlers: Readonly<Record<MediaOperationId, MediaHandler>> = {
  watch: async (c, studies, request, streams) => {
    const { study } = request.fields as { readonly study?: string };
    if (study) await studies.load(study);
    const watched = { study: study && studies.has(study) ? studies.open(study) : undefined, after: positionIn(c, request) };
    return watchEvents(c, studies, watched, [nameOf(request), streams]);
  },
  getReport: async (_, studies, { study, user = ANYONE, signal }) => {
    await studies.load(study);
    const html = await studies.questions.ask(studies.open(study).feed, { what: 'getReport' }, user.name, signal);
    return answerAs('text/html; charset=utf-8', html as Uint8Array<ArrayBuffer>, 200, {
      'Content-Disposition': 'attachment; filename="report.html"',
    });
  },
  getFile: async (c, studies, request) => {
    const { trial, file: name = '', fields } = request;
    const file = await (await filesFor(studies, request)).open(trial, name, fields.last as number | undefined);
    if (file === undefined) throw new RefusedError({ code: 'unknown-file', message: `trial ${trial} has no file ${name.slice(0, 60)}` });
    for (const [header, value] of Object.entries({ ...HEADERS, ...headersFor(name) })) c.header(header, value);
    return stream(c, async (out) => {
      for await (const part of file as AsyncIterable<Buffer>) {
        if (out.aborted) break; // which closes the file
        await out.write(new Uint8Array(part));
      }
    });
  },
};

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

function headersFor(name: string): Readonly<Record<string, string>> {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (TEXTS.includes(ending)) return { 'Content-Type': 'text/plain; charset=utf-8' };
  const type = IMAGES[ending];
  if (type !== undefined && ending !== 'svg') return { 'Content-Type': type };
  return { 'Content-Type': type ?? 'application/octet-stream', 'Content-Disposition': 'attachment' };
}

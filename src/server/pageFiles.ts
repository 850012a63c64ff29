import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Hono } from 'hono';
import { UserError } from '../errors.ts';
import { answerAs, type HttpEnv } from './access/access.ts';

/** A file of the page. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** The built page. The package is two folders up, from this source and from its build alike. */
const directory = fileURLToPath(new URL('../../dist/src/page/', import.meta.url));

/** The page has not been built. */
class PageMissingError extends UserError {
  override readonly name = 'PageMissingError';
  readonly code = 'page-not-built';
}

/** The files of the page, by the paths that they are served at. @throws PageMissingError */
export function assetsIn(): Asset[] {
  if (!existsSync(join(directory, 'assets'))) throw new PageMissingError('the page of the dashboard is not built: npm run build');
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return names.map((file) => {
    const whole = join(file.parentPath, file.name);
    const path = `/${whole.slice(directory.length).replaceAll('\\', '/')}`;
    return { path: path === '/index.html' ? '/' : path, type: TYPES[extname(path)]!, body: readFileSync(whole, 'utf8') };
  });
}

const zip = promisify(gzip);
const known = new WeakMap<Asset, Promise<Uint8Array<ArrayBuffer>>>();

/** A file as gzip, made at most once. */
function zipped(asset: Asset): Promise<Uint8Array<ArrayBuffer>> {
  const made = known.get(asset) ?? zip(asset.body, { level: 9 }).then((bytes) => new Uint8Array(bytes));
  known.set(asset, made);
  return made;
}

/** Only our own scripts, styles and connections; no frames. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the page at `/`. Its files are read when the first browser comes. */
export function pageRoutes(app: Hono<HttpEnv>): void {
  let assets: Asset[] | undefined;
  const serve = (path: string) => async (c: Context) => {
    assets ??= assetsIn();
    const asset = assets.find((one) => one.path === (path || c.req.path));
    if (asset === undefined) return c.notFound();
    const headers = {
      'Content-Security-Policy': POLICY,
      'Cache-Control': asset.path === '/' ? 'no-cache' : 'max-age=31536000, immutable',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      Vary: 'Accept-Encoding',
    };
    return /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
      ? answerAs(asset.type, await zipped(asset), 200, { ...headers, 'Content-Encoding': 'gzip' })
      : answerAs(asset.type, asset.body, 200, headers);
  };
  app.get('/', serve('/'));
  app.get('/:file{(assets/)?[\\w.-]+}', serve(''));
}

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { UsageError } from '../../text/usage.ts';

/** Pixels for each unit of the SVG, so that texts are sharp. */
const SCALE = 2;
/** Milliseconds that a program may take. */
const LONGEST = 60_000;

interface Files {
  readonly directory: string;
  readonly svg: string;
  readonly png: string;
  /** Of the SVG, in units. */
  readonly width: string;
  readonly height: string;
}

const chrome = ({ directory, svg, png, width, height }: Files): readonly string[] => [
  '--headless',
  // It refuses to run as root with its sandbox, which the page, an SVG that we made, does not need.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--hide-scrollbars',
  `--user-data-dir=${directory}`,
  `--force-device-scale-factor=${SCALE}`,
  `--window-size=${width},${height}`,
  `--screenshot=${png}`,
  pathToFileURL(svg).href,
];

/** Programs that draw an SVG as PNG, and their arguments. The first one that is installed is used. */
const programs: readonly (readonly [name: string, argumentsFor: (files: Files) => readonly string[]])[] = [
  ['rsvg-convert', ({ svg, png }) => ['--zoom', String(SCALE), '--output', png, svg]],
  ['inkscape', ({ svg, png }) => ['--export-type=png', `--export-dpi=${96 * SCALE}`, `--export-filename=${png}`, svg]],
  ...['chromium', 'chromium-browser', 'google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].map(
    (name) => [name, chrome] as const,
  ),
];

/** An SVG as PNG, drawn by a program of this machine. @throws UsageError if there is none, or if it cannot draw it */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!;
  const directory = await mkdtemp(join(tmpdir(), 'hypertide-plot-'));
  const files: Files = {
    directory,
    svg: join(directory, 'figure.svg'),
    png: join(directory, 'figure.png'),
    width: width!,
    height: height!,
  };
  try {
    await writeFile(files.svg, svg);
    for (const [name, argumentsFor] of programs) if (await isDrawnBy(name, argumentsFor(files))) return await readFile(files.png);
  } catch (error) {
    throw new UsageError(`--output: no PNG was drawn: ${(error as Error).message.trim().split('\n').at(-1)!}`);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  throw new UsageError('--output: to draw a PNG, hypertide needs rsvg-convert, Inkscape, Chromium or Google Chrome, and found none', {
    todo: 'install one of them (Debian: apt install librsvg2-bin), or write an SVG',
  });
}

/** Runs a program. @returns false if it is not installed */
async function isDrawnBy(name: string, words: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(name, [...words], { timeout: LONGEST });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

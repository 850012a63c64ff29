import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { root } from '../support/documents.ts';

/** The program, bundled for browsers: the best value after 30 trials of a model, with early stopping. */
const PROGRAM = `
import { float, optimize, space } from '${join(root, 'streams/index.ts')}';
const objective = async ({ x, y }, { report, signal }) => {
  let loss = 0;
  for (let epoch = 1; epoch <= 9 && !signal.aborted; epoch++) {
    loss = (x - 1) ** 2 + y ** 2 + 1 / epoch;
    report(loss, epoch);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return loss;
};
const { best, completed, stopped } = await optimize(space({ x: float(-5, 5), y: float(-5, 5) }), objective, { trials: 30, epochs: 9, parallel: 2 }).result();
`;

describe('in a browser', () => {
  let browser: Browser;
  let server: Server;
  let url: string;
  let folder: string;

  const bundle = async (name: string, code: string) => {
    const entry = join(folder, `${name}.js`);
    writeFileSync(entry, code);
    await build({
      configFile: false,
      logLevel: 'warn',
      root: folder,
      build: {
        outDir: join(folder, 'out'),
        emptyOutDir: false,
        target: 'es2022',
        lib: { entry, formats: ['es'], fileName: () => `${name}.js` },
      },
    });
  };

  beforeAll(async () => {
    mkdirSync(join(root, '.docs'), { recursive: true });
    folder = mkdtempSync(join(root, '.docs/browser-'));
    await bundle('page', `${PROGRAM}\ndocument.title = JSON.stringify([completed + stopped, best.values.value]);`);
    await bundle('worker', `${PROGRAM}\nself.postMessage([completed + stopped, best.values.value]);`);
    const pages: Readonly<Record<string, string>> = {
      '/page.html': '<script type="module" src="/page.js"></script>',
      '/worker.html':
        '<script type="module">new Worker("/worker.js", { type: "module" }).onmessage = ({ data }) => { document.title = JSON.stringify(data); };</script>',
    };
    server = createServer(({ url: path = '' }, response) => {
      const page = pages[path] ?? (path === '/index.html' ? readFileSync(join(folder, 'out', path), 'utf8') : undefined);
      response.setHeader('content-type', page ? 'text/html' : 'text/javascript');
      if (page) response.end(page);
      else if (path === '/favicon.ico') response.writeHead(204).end();
      else response.end(readFileSync(join(folder, 'out', path)));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the page of the examples shows a study and its best trial', async () => {
    await build({ root: join(root, 'examples/browser'), logLevel: 'warn', build: { outDir: join(folder, 'out'), emptyOutDir: false } });
    const page = await openPage(browser, `${url}/index.html`, { width: 480, height: 800 });
    await page.waitForFunction("document.title.endsWith('trials')");
    expect(page.wrong).toEqual([]);
    expect(await page.title()).toBe('60 trials');
    const [, best] = /the best so far: ([\d.]+) at x/.exec((await page.textContent('output'))!)!;
    expect(Number(best)).toBeLessThan(1); // the minimum is 0.398
  });

  it.each(['page', 'worker'])('a study runs in a %s', async (where) => {
    const page = await openPage(browser, `${url}/${where}.html`, { width: 400, height: 300 });
    await page.waitForFunction("document.title !== ''");
    expect(page.wrong).toEqual([]);
    const [trials, best] = JSON.parse(await page.title()) as [number, number];
    expect(trials).toBe(30);
    expect(best).toBeLessThan(1);
  });
});

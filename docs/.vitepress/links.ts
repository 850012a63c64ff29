// Checks every link inside the site that was built: its page must exist, and its anchor too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../../dist-docs/', import.meta.url));
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]));
const anchors = new Map([...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!))]));

const dead: string[] = [];
for (const [page, text] of texts) {
  for (const [, href = ''] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
    if (/^[a-z]+:/.test(href)) continue;
    const [path = '', anchor] = href.split('#').map(decodeURIComponent);
    const target = path === '' ? page : path.startsWith('/') ? path.slice(1) || 'index.html' : join(dirname(page), path);
    if (!existsSync(join(site, target))) dead.push(`${page}: ${href}`);
    else if (anchor && !anchors.get(target)?.has(anchor)) dead.push(`${page}: ${href}: there is no such heading`);
  }
}
for (const link of new Set(dead)) console.error(`dead link in ${link}`);
if (pages.length === 0 || dead.length > 0) process.exitCode = 1;
else console.log(`${pages.length} pages in dist-docs, no dead link`);

import { createHash } from 'node:crypto';
import type { Moment } from '../../../streams/explanation/moment.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { type Asset, assetsIn } from '../pageFiles.ts';
import { examplesOf, importancesOf, recommendedOf } from './byResults.ts';
import type { Feed } from './feed.ts';
import { momentsOf } from './moments.ts';
import type { ReportData, RowChange } from './wire.ts';

/** Studies as one HTML file: the page with their data. */
export async function reportOf(feeds: readonly Feed[]): Promise<string> {
  const data: ReportData[] = [];
  for (const feed of feeds) data.push(await dataOf(feed));
  const title = data.map(({ detail }) => detail.study).join(', ');
  const assets = assetsIn();
  const scripts = scriptsIn(assets);
  const style = assets.find(({ path }) => path.endsWith('.css'))!.body;
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map((script) => `'${hashOf(script)}'`).join(' ')}`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
${scripts.map((script) => `<script type="module">${script}</script>`).join('\n')}
</body>
</html>
`;
}

/** ECharts and the page. In one file, a script cannot import another one, so they share a global variable. */
function scriptsIn(assets: readonly Asset[]): readonly string[] {
  const bodyOf = (name: string) => assets.find(({ path }) => path.startsWith(`/assets/${name}-`) && path.endsWith('.js'))!.body;
  const charts = bodyOf('echarts').replace(/export ?\{ ?(\w+) as init ?\};?\s*$/, 'globalThis.echarts={init:$1};');
  const page = bodyOf('page').replace(/import ?\{ ?init as (\w+) ?\} ?from ?"[^"]+";/, 'const{init:$1}=globalThis.echarts;');
  return [charts, page].map((script) => script.replaceAll('</script', '<\\/script'));
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The most moments of a study that a report keeps, besides the last one. */
const FRAMES = 24;
/** Cells along a range in their landscapes. */
const CELLS = 24;

/** The data of a study. */
async function dataOf(feed: Feed): Promise<ReportData> {
  await feed.caughtUp;
  const detail = feed.detail();
  if (detail === undefined || feed.begun === undefined) throw new Error('this study has not begun');
  const rows = [...feed.begun.changes.since(0)].flatMap((changes) => changes.rows);
  const importances = await importancesOf(feed);
  const { fanova = {} } = importances ?? {};
  const mostImportant = Object.keys(detail.space.parameters).toSorted((a, b) => (fanova[b] ?? 0) - (fanova[a] ?? 0));
  return omitUndefined({
    detail,
    changes: { position: feed.position, rows, more: false },
    importances,
    examples: await examplesOf(feed),
    recommended: await recommendedOf(feed),
    moments: await framesOf(feed, rows, mostImportant),
  });
}

/** Moments of a log, evenly spread over the suggestions, with landscapes over the first two parameters. */
async function framesOf(feed: Feed, rows: readonly RowChange[], [x, y]: readonly string[]): Promise<readonly Moment[]> {
  const suggested = rows.map((row) => row.suggested).sort((a, b) => a - b);
  const every = Math.ceil(suggested.length / FRAMES);
  const positions = [...suggested.filter((_, i) => i > 0 && i % every === 0).map((position) => position - 1), feed.position];
  const momentAt = momentsOf(feed);
  const moments: Moment[] = [];
  try {
    for (const at of positions) moments.push(await momentAt({ at, x, y }, CELLS));
  } catch {
    // Without moments, the report says that the log cannot be replayed.
  }
  return moments;
}

import { cssOf, ramp, type Theme } from '../insight/figures/drawing/colours.ts';
import { looks, type TrialState } from '../insight/figures/drawing/looks.ts';
import { type Figure, WIDTH } from '../insight/figures/plan.ts';
import { stripControls } from '../study/plainText.ts';
import { init } from './echarts.ts';

/** The height of a title and a line of its note, of another line, and of a key. */
const [HEAD, NOTE, KEY] = [46, 16, 20];
/** As much of a note as fits in a line. */
const NOTE_LINES = /.{1,115}(?: |$)/gu;

/** Figures below each other as one SVG. */
export function svgOf(figures: readonly Figure[], theme: Theme): string {
  let top = 0;
  const parts = figures.map((figure) => {
    const notes = figure.note?.match(NOTE_LINES) ?? [];
    const noted = HEAD + NOTE * Math.max(0, notes.length - 1);
    const keyed = noted + (figure.key?.length ? KEY : 0);
    const head = keyed + (figure.colours ? KEY : 0);
    const part = `<g transform="translate(0 ${top})">
<text x="12" y="22" font-size="15" font-weight="600" fill="${theme.colour('text')}">${escaped(figure.title)}</text>
${notes.map((note, k) => `<text x="12" y="${38 + NOTE * k}" font-size="12" fill="${theme.colour('muted')}">${escaped(note)}</text>`).join('')}
${keyOf(figure.key ?? [], noted, theme)}${barOf(figure, keyed, theme)}
<g transform="translate(0 ${head})">${stripControls(chartOf(figure))}</g>
</g>`;
    top += head + figure.height;
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" role="img">
<rect width="100%" height="100%" fill="${theme.colour('panel')}"/>
${parts.join('\n')}
</svg>
`;
}

/** The marks of statuses and what they mean, in a row. */
function keyOf(states: readonly TrialState[], top: number, theme: Theme): string {
  let left = 12;
  return states
    .map((state) => {
      const { label, mark, colour, hollow, dashed } = looks[state];
      const ink = theme.colour(colour);
      const look = hollow ? `fill="none" stroke="${ink}" stroke-width="1.8"${dashed ? ' stroke-dasharray="2 1.6"' : ''}` : `fill="${ink}"`;
      const part = `<g transform="translate(${left} ${top})"><path d="${mark}" ${look}/><text x="15" y="9" font-size="11" fill="${theme.colour('muted')}">${label}</text></g>`;
      left += 40 + 6 * label.length;
      return part;
    })
    .join('');
}

/** The ramp of colours and what its ends mean. */
function barOf({ colours: ends }: Figure, top: number, theme: Theme): string {
  if (ends === undefined) return '';
  const colours = ramp(theme);
  const right = 12 + 7 * ends[0].length;
  const cells = colours.map((colour, k) => `<rect x="${right + k * 5}" y="0" width="5.5" height="9" fill="${cssOf(colour)}"/>`);
  const text = (x: number, of: string) => `<text x="${x}" y="9" font-size="11" fill="${theme.colour('muted')}">${escaped(of)}</text>`;
  return `<g transform="translate(0 ${top})">${text(12, ends[0])}${cells.join('')}${text(right + colours.length * 5 + 8, ends[1])}</g>`;
}

function chartOf({ option, height }: Figure): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Text in XML, which has no control characters. */
const escaped = (text: string): string =>
  stripControls(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A page that shows an SVG. */
export const htmlOf = (title: string, svg: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
</head>
<body>
${svg}</body>
</html>
`;

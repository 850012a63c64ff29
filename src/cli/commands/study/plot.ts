import type { ObjectiveSpec } from '../../../facts/facts.ts';
import { themes } from '../../../insight/figures/drawing/colours.ts';
import { figureStudy } from '../../../insight/figures/figureStudy.ts';
import { figuresOf } from '../../../insight/figures/figures.ts';
import { type FigureKind, figureKinds } from '../../../insight/figures/kinds.ts';
import { MOST_AXES } from '../../../insight/figures/parallel.ts';
import { examplesOf, importancesOf } from '../../../server/feed/byResults.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import { inform, writeOutput } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { onStudy } from '../../command.ts';
import { among, many, needed, preset, value } from '../../parts.ts';

export const command = onStudy({
  description: 'Draw a figure of a study into a file.',
  arguments: { kind: needed('kind', `what to draw: ${figureKinds.join(', ')}`, { kind: among(figureKinds) }) },
  options: {
    output: value('file', 'file to write, which ends in .svg or .html (default: <study>-<kind>.html)', { short: 'o' }),
    params: many('name', 'parameters to show (default: the most important, or all)'),
    objective: value('name', 'objective to show (default: the first one, or all)'),
    theme: preset('theme', 'colours of the file', 'light', { kind: among(['light', 'dark']) }),
  },
  run: async (study, { kind, output = `${study.stem}-${kind}.html`, params = [], objective, theme }) => {
    const format = formatOf(output);
    const feed = await readFeed(study);
    const { space, objectives: all, at, study: name } = feed.detail()!;
    const objectives = objective === undefined ? all : [objectiveFor(kind, all, objective)];
    const rows = [...feed.begun!.changes.since(0)].flatMap((changes) => changes.rows);
    const shown = figureStudy({
      rows,
      objectives,
      space,
      at,
      examples: kind === 'examples' ? await examplesOf(feed) : undefined,
      importances: usesImportance(kind, Object.keys(space.parameters).length) ? await importancesOf(feed, objective) : undefined,
    });
    const { htmlOf, svgOf } = await import('../../../page/svg.ts');
    const svg = svgOf(figuresOf(kind, shown, themes[theme], params), themes[theme]);
    await writeOutput(output, format === 'svg' ? svg : htmlOf(`${name}: ${kind}`, svg));
    inform(`the figure is in ${output}`);
    return 0;
  },
});

/** Figures that need the importance of parameters. */
const usesImportance = (kind: FigureKind, parameters: number): boolean =>
  ['importance', 'slice', 'contour'].includes(kind) || (kind === 'parallel' && parameters > MOST_AXES);

/** The objective to draw. Only the first one has learning curves and results on examples. */
function objectiveFor(kind: FigureKind, all: readonly ObjectiveSpec[], name: string): ObjectiveSpec {
  const found = all.find((one) => one.name === name);
  if (kind === 'pareto' || kind === 'hypervolume') throw new UsageError(`--objective: ${kind} shows all objectives`);
  if (found === undefined) throw new UsageError(`--objective: expected one of ${all.map((one) => one.name).join(', ')}, got ${name}`);
  if ((kind === 'intermediate' || kind === 'examples') && found !== all[0])
    throw new UsageError(`--objective: ${kind} shows the first objective, ${all[0]!.name}`);
  return found;
}

function formatOf(output: string): 'svg' | 'html' {
  const ending = output.slice(output.lastIndexOf('.') + 1).toLowerCase();
  if (ending === 'svg' || ending === 'html') return ending;
  throw new UsageError(`--output: expected a name that ends in .svg or .html, got ${output}`);
}

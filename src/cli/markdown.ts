import { examplesTexts } from '../insight/examples/texts.ts';
import { cut, formatNumber, percent } from '../insight/figures/drawing/format.ts';
import type { FigureKind } from '../insight/figures/kinds.ts';
import { type FigureStudy, figureStudy, objectiveValue } from '../insight/figures/study.ts';
import type { Importances } from '../insight/importance/importances.ts';
import { byShare, type Costs, costText } from '../insight/importance/whatMatters.ts';
import { onExamples } from '../insight/progress.ts';
import { verdictOn } from '../insight/recommendation/verdict.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { ownValue } from '../schema/ownValue.ts';
import { differenceRows } from '../server/feed/differences.ts';
import type { findingsOf } from '../server/feed/report.ts';
import type { RowChange } from '../server/feed/wire.ts';
import { stripControls } from '../text/plainText.ts';
import { render } from './plot/render.ts';
import { sketchesOf } from './plot/sketches.ts';

type Findings = Awaited<ReturnType<typeof findingsOf>>;

/** Studies as Markdown: their differences and, for each, its best configurations, the importance of parameters, and its history. */
export function markdownOf(all: readonly Findings[]): string {
  const sections = all.map((one) => sectionsOf(one, nameIn(all, one), all.length > 1 ? '##' : '#'));
  return `${[...(all.length > 1 ? [comparison(all)] : []), ...sections].join('\n\n')}\n`;
}

function comparison(all: readonly Findings[]): string {
  const summaries = all.map(({ detail, changes }) => {
    const best = changes.rows.find(({ trial }) => trial === detail.best?.trial);
    return { detail, ...omitUndefined({ best }) };
  });
  const head = ['differs', ...all.map((one) => nameIn(all, one))];
  return `# Studies\n\n${table(
    head,
    differenceRows(summaries).map(([name, cells]) => [name, ...cells]),
  )}`;
}

/** The name of a study, with its place if another one has the same name. */
function nameIn(all: readonly Findings[], { detail: { study, source } }: Findings): string {
  const isAlone = all.filter(({ detail }) => detail.study === study).length === 1;
  return isAlone ? study : `${study} (${source})`;
}

/** The best trials that a report lists. */
const BEST = 10;

function sectionsOf({ detail, changes, importances, examples, recommended }: Findings, name: string, level: string): string {
  const { objectives, space, at } = detail;
  const study = figureStudy({ rows: changes.rows, objectives, space, importances, examples, at });
  const best = objectives.length > 1 ? study.onFront : study.ranked;
  const deployed = recommended && study.rowOf(recommended.trial);
  const verdict = verdictOn({ ...study, closed: detail.closed }, recommended?.evidence);
  const parts = [
    `${level} ${text(name)}`,
    stateOf(detail),
    ...(verdict ? [`${verdict.text}.`] : []),
    `${level}# ${objectives.length > 1 ? `Front (${best.length} trials)` : 'Best trials'}`,
    best.length > 0 ? trialTable(best.slice(0, BEST), study) : 'No trial has a result yet.',
    ...(deployed && objectives.length === 1 && deployed.trial !== best[0]?.trial
      ? [`If results are noisy, the best one is partly luck. The trial to deploy is ${deployed.trial}:`, trialTable([deployed], study)]
      : []),
    ...(importances ? [`${level}# What matters`, importanceTable(importances, recommended)] : []),
    ...(best.length > 0 ? [`${level}# History`, figure('history', study)] : []),
    ...(examples ? [`${level}# Examples`, figure('examples', study), ...examplesTexts(examples).map((line) => text(line, 1500))] : []),
  ];
  return parts.join('\n\n');
}

function stateOf({ phase, closed, trials, completed, stopped, failed, open, cost, strategy, seed, parallel }: Findings['detail']): string {
  const state = closed === undefined ? phase : `closed (${closed})`;
  return table(
    ['state', 'trials', 'completed', 'stopped', 'failed', 'open', 'cost', 'parallel', 'strategy', 'seed'],
    [[state, trials, completed, stopped, failed, open, cost, parallel, strategy, seed].map(formatNumber)],
  );
}

function trialTable(rows: readonly RowChange[], { objectives, parameters }: FigureStudy): string {
  const budget = rows.some((row) => row.budget !== undefined) ? [onExamples(rows) ? 'examples' : 'budget'] : [];
  const names = parameters.map(([name]) => name);
  const cell = (value: unknown) => (value === undefined ? '' : formatNumber(value));
  return table(
    ['trial', ...objectives.map(({ name, direction }) => `${name} (${direction})`), ...names, ...budget, 'by'],
    rows.map((row) => [
      String(row.trial),
      ...objectives.map((objective) => cell(objectiveValue(row, objective))),
      ...names.map((name) => cell(ownValue(row.params, name))),
      ...budget.map(() => cell(row.budget)),
      row.by,
    ]),
  );
}

const importanceTable = (shares: Importances, costs: Costs | undefined): string =>
  table(
    ['parameter', 'fANOVA', '90 % interval', 'PED-ANOVA', ...(costs ? ['a choice'] : [])],
    byShare(shares.fanova).map((name) => [
      name,
      percent(shares.fanova[name]),
      shares.intervals.fanova[name]!.map(percent).join(' to '),
      percent(shares.pedAnova[name]),
      ...(costs ? [costText(name, shares, costs) ?? ''] : []),
    ]),
  );

/** A figure as text, without colours. */
function figure(kind: FigureKind, study: FigureStudy): string {
  const drawn = sketchesOf(kind, study, []).map((sketch) => render(sketch, { columns: 76, lines: 16 }));
  const lines = drawn.join('\n\n').split('\n').map(stripControls);
  return ['```text', ...lines.map((line) => line.replaceAll('`', "'")), '```'].join('\n');
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells, i) => `| ${(i === 1 ? cells : cells.map((cell) => text(cell))).join(' | ')} |`)
    .join('\n');

/** Escapes text for Markdown, on one line. */
const text = (given: string, most = 200): string => cut(stripControls(given), most).replaceAll(/[\\`*_{}[\]<>#|~$]/g, '\\$&');

import { fileURLToPath } from 'node:url';
import { dataOf } from '../../machines/chart.ts';
import * as charts from '../../machines/strategies.ts';
import { phaseText } from '../../streams/explanation/phases.ts';

export const chartsFile = fileURLToPath(new URL('../../docs/reference/machines.md', import.meta.url));

const HEAD = `# Machines

Each strategy runs in the phases of a chart: the phase decides how it answers an ask, and the facts of the log decide the phase. The charts are
[XState](https://stately.ai/docs/xstate) machines, which \`hypertide/machines\` exports:

\`\`\`ts
import { surrogateChart } from 'hypertide/machines';
import { createActor } from 'xstate';

const actor = createActor(surrogateChart).start();
actor.send({ type: 'ready' });
console.log(actor.getSnapshot().value); // modelling
\`\`\`

\`npm run schema\` draws this page from the charts. Strategies and compositions without phases have a chart of one state, \`answering\`. The page of a study shows
each chart with its phase now, \`hypertide why\` the phases in which a trial was suggested, and [\`watch\`](study-options.md) tells your program of each move.
`;

/** The reference of the charts of strategies. */
export function chartsText(): string {
  const drawn = Object.values(charts)
    .filter((chart) => chart !== charts.answeringChart)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return [HEAD, ...drawn.map((chart) => sectionOf(dataOf(chart)))].join('\n');
}

function sectionOf({ id, initial, states, anywhere }: ReturnType<typeof dataOf>): string {
  const rows = Object.entries(states);
  const arrows = rows.flatMap(([from, on]) =>
    on === 'final' ? [`${from} --> [*]`] : Object.entries(on).map(([event, to]) => `${from} --> ${to}: ${event}`),
  );
  const outer = Object.entries(anywhere).map(([event, to]) => `anywhere --> ${to}: ${event}`);
  const note = outer.length > 0 ? '\nThe events of `anywhere` lead there from each phase.\n' : '';
  return [
    `## ${id}\n`,
    '```mermaid',
    'stateDiagram-v2',
    ...[`[*] --> ${initial}`, ...arrows, ...outer].map((line) => `  ${line}`),
    '```',
    note,
    '| phase | the strategy |\n| --- | --- |',
    ...rows.map(([state]) => `| \`${state}\` | ${phaseText(`${id}.${state}`)} |`),
    '',
  ].join('\n');
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as charts from '../../machines/strategies.ts';
import * as studies from '../../machines/study.ts';
import * as trainers from '../../machines/trainers.ts';
import type { ChartData, Watch } from '../../src/strategy/env.ts';
import { phaseText } from '../../streams/explanation/phases.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { cases } from '../contract/cases.ts';
import { net } from '../contract/world.ts';
import { interview, rootEnv } from './interview.ts';

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

/** The strategies and compositions that run in a chart, by its id: what each row of the contract shows. */
function usersOf(): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const { make } of Object.values(cases) as readonly { readonly make: () => Strategy }[]) {
    const watch: Watch = (inspection) => {
      if (inspection.type !== 'began') return;
      const name = inspection.path.split('/').findLast((part) => !/^\d+$/.test(part))!;
      users.set(inspection.chart.id, (users.get(inspection.chart.id) ?? new Set()).add(name));
    };
    interview(make(), { ...rootEnv(net), trials: 100, examples: 10, watch }).subscription.unsubscribe();
  }
  return users;
}

/** The reference of the charts. */
export function chartsText(): string {
  const users = usersOf();
  const drawn = Object.values(charts)
    .filter((chart) => chart !== charts.answeringChart)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    HEAD,
    ...drawn.map(({ table }) => sectionOf(table, [...(users.get(table.id) ?? [])].sort())),
    '## Around strategies\n\nA study, its engines and its trainers pass through the phases of charts, too.\n',
    ...Object.entries({ ...studies, ...trainers })
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { table }]) => `### ${table.id}\n\n${aboutOf(name)}\n\n${drawingOf(table)}`),
  ].join('\n');
}

const sources = ['study', 'trainers'].map((name) => readFileSync(new URL(`../../machines/${name}.ts`, import.meta.url), 'utf8')).join('\n');

/** The comment on a chart in its source. */
function aboutOf(name: string): string {
  const comment = sources.split(`*/\nexport const ${name} =`)[0]!.split('/**').at(-1)!;
  return comment.replaceAll(/\n \* ?/g, ' ').trim();
}

function drawingOf({ initial, states, anywhere }: ChartData): string {
  const arrows = Object.entries(states).flatMap(([from, on]) =>
    on === 'final' ? [`${from} --> [*]`] : Object.entries(on).map(([event, to]) => `${from} --> ${to}: ${event}`),
  );
  const outer = Object.entries(anywhere).map(([event, to]) => `anywhere --> ${to}: ${event}`);
  const note = outer.length > 0 ? '\nThe events of `anywhere` lead there from each phase.\n' : '';
  return ['```mermaid', 'stateDiagram-v2', ...[`[*] --> ${initial}`, ...arrows, ...outer].map((line) => `  ${line}`), '```', note].join(
    '\n',
  );
}

const sectionOf = (table: ChartData, users: readonly string[]): string =>
  [
    `## ${table.id}\n`,
    `Of ${users.map((name) => `\`${name}\``).join(' ')}.\n`,
    drawingOf(table),
    '| phase | the strategy |\n| --- | --- |',
    ...Object.keys(table.states).map((state) => `| \`${state}\` | ${phaseText(`${table.id}.${state}`)} |`),
    '',
  ].join('\n');

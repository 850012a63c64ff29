import { fileURLToPath } from 'node:url';
import * as charts from '../../machines/strategies.ts';
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
    interview(make(), { ...rootEnv(net), trials: 100, watch }).subscription.unsubscribe();
  }
  return users;
}

/** The reference of the charts of strategies. */
export function chartsText(): string {
  const users = usersOf();
  const drawn = Object.values(charts)
    .filter((chart) => chart !== charts.answeringChart)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return [HEAD, ...drawn.map(({ table }) => sectionOf(table, [...(users.get(table.id) ?? [])].sort()))].join('\n');
}

function sectionOf({ id, initial, states, anywhere }: ChartData, users: readonly string[]): string {
  const rows = Object.entries(states);
  const arrows = rows.flatMap(([from, on]) =>
    on === 'final' ? [`${from} --> [*]`] : Object.entries(on).map(([event, to]) => `${from} --> ${to}: ${event}`),
  );
  const outer = Object.entries(anywhere).map(([event, to]) => `anywhere --> ${to}: ${event}`);
  const note = outer.length > 0 ? '\nThe events of `anywhere` lead there from each phase.\n' : '';
  return [
    `## ${id}\n`,
    `Of ${users.map((name) => `\`${name}\``).join(' ')}.\n`,
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

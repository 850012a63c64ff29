import { fileURLToPath } from 'node:url';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { default: config }: { readonly default: IConfiguration } = await import(`${root}.dependency-cruiser.mjs`);

/** The rules of `.dependency-cruiser.mjs`. */
export const rules = config.forbidden!;

/** `from` imports `to`: files relative to the root, or rooms. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import between files of the project below `baseDir`, and the rules that these imports break. */
export async function readImports(baseDir = root, folders = ['src', 'machines', 'streams', 'examples']) {
  const options = { ...config.options, baseDir, validate: true, ruleSet: { forbidden: rules } };
  const { output } = await cruise(folders, options, undefined, { tsConfig: extractTSConfig(`${root}tsconfig.json`) });
  const { modules, summary } = output as ICruiseResult;
  const own = new RegExp(`^(${folders.join('|')})/`);
  return {
    broken: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    modules: summary.totalCruised,
    imports: modules
      .filter(({ source }) => own.test(source))
      .flatMap(({ source, dependencies }) => dependencies.map(({ resolved }): Arrow => ({ from: source, to: resolved })))
      .filter(({ to }) => own.test(to)),
  };
}

/** Each file or folder directly in `folder` is a room of it, with an arrow to each room that it imports. */
export function arrowsInside(folder: string, imports: readonly Arrow[]): readonly Arrow[] {
  const depth = folder.split('/').length + 1;
  const inside = imports.filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`));
  return arrowsBetween(inside, (path) => path.split('/').slice(0, depth).join('/'));
}

/** The rooms of each folder. */
export function roomsIn(imports: readonly Arrow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const path of new Set(imports.flatMap(({ from, to }) => [from, to]))) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      rooms.set(folder, (rooms.get(folder) ?? new Set()).add(parts[depth]!));
    }
  }
  return rooms;
}

/** The folders of the production code, from the lowest layer to the highest. A folder imports only from lower layers. */
const floors: readonly string[] = [
  'src/numeric',
  'src/schema',
  'src/space',
  'src/strategy',
  'src/facts',
  'src/ledger',
  'src/study',
  'src/samplers',
  'src/schedulers',
  'src/insight',
  'machines',
  'streams/kernel',
  'streams/log',
  'streams/attempts',
  'streams/results',
  'streams/operators',
  'streams/strategies',
  'streams/spec',
  'streams/engine',
  'streams/explanation',
  'streams/study',
  'streams/http',
  'streams/workers',
  'streams/nats',
  'src/text',
  'src/programs',
  'src/studyFile',
  'src/stores',
  'src/testing',
  'src/monitoring',
  'src/server',
  'src/interop',
  'src/host',
  'src/worker',
  'src/page',
  'src/cli',
];

/** Folders as rooms; a file directly in `src` or `streams` is a room of its own. */
const room = (path: string) => (path.startsWith('machines/') ? 'machines' : path.split('/').slice(0, 2).join('/'));

const isFolder = (name: string) => !name.endsWith('.ts');

/** Folders that import from a higher layer. */
export function arrowsUp(imports: readonly Arrow[]): readonly Arrow[] {
  const floor = (name: string) => {
    const at = floors.indexOf(name);
    if (at < 0) throw new Error(`${name} has no floor: add it to the floors in test/support/imports.ts`);
    return at;
  };
  return arrowsBetween(imports, room)
    .filter(({ from, to }) => isFolder(from) && isFolder(to))
    .filter(({ from, to }) => floor(from) < floor(to));
}

/** Folders that import each other, directly or by way of others: one list of rooms per circle. */
export function circles(imports: readonly Arrow[]): readonly (readonly string[])[] {
  const arrows = arrowsBetween(imports, room);
  const rooms = [...new Set(arrows.map(({ from }) => from))].sort();
  const reached = new Map(rooms.map((start) => [start, reachable(start, arrows)]));
  const found = rooms.map((one) => rooms.filter((other) => reached.get(one)!.has(other) && reached.get(other)!.has(one)));
  return found.filter((circle, i) => circle[0] === rooms[i]);
}

function reachable(start: string, arrows: readonly Arrow[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (name: string) => {
    for (const { from, to } of arrows) {
      if (from !== name || seen.has(to)) continue;
      seen.add(to);
      visit(to);
    }
  };
  visit(start);
  return seen;
}

function arrowsBetween(imports: readonly Arrow[], roomOf: (path: string) => string): readonly Arrow[] {
  const arrows = imports.map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) })).filter(({ from, to }) => from !== to);
  return [...new Map(arrows.map((arrow) => [`${arrow.from} ${arrow.to}`, arrow])).values()];
}

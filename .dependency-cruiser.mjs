/** A package, installed or not. */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const own = '^(src|machines|streams|examples|test|tools)/';
const shell = '^src/(cli|host|interop|monitoring|page|programs|python|server|stores|studyFile|testing|text|worker)/';

/** Who may import whom. */
const layers = {
  src: { from: { path: '^src/', pathNot: shell }, to: ['^src/', packages('seedrandom', 'ml-matrix')] },
  machines: { from: { path: '^machines/' }, to: ['^(src|machines)/', packages('xstate')] },
  streams: { from: { path: '^streams/' }, to: ['^(src|machines|streams)/', packages('rxjs', 'xstate', '@nats-io')], core: true },
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(layers).map(([name, { from, to, core }]) => ({
      name: `${name}-imports-only-what-is-below-it`,
      severity: 'error',
      from,
      to: { pathNot: to, ...(core && { dependencyTypesNot: ['core'] }) },
    })),
    {
      name: 'numbers-know-no-space',
      comment: 'Numerics work on vectors and distributions. What depends on axes belongs to samplers or to the space itself.',
      severity: 'error',
      from: { path: '^src/numeric/' },
      to: { path: '^src/', pathNot: '^src/numeric/' },
    },
    {
      name: 'nothing-imports-the-shell',
      comment: 'The command line, the dashboard and the tests of users stand on the rest, not under it.',
      severity: 'error',
      from: { path: own, pathNot: [shell, '^(examples|test|tools)/'] },
      to: { path: shell },
    },
    {
      name: 'actors-are-made-in-few-places',
      severity: 'error',
      from: { path: '^streams/', pathNot: '^streams/(kernel/drive|engine/engine)\\.ts$' },
      to: { path: packages('xstate') },
    },
    {
      name: 'files-are-read-by-logs-only',
      severity: 'error',
      from: { path: '^streams/', pathNot: '^streams/(log|nats|workers)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nats-has-one-place',
      severity: 'error',
      from: { path: own, pathNot: '^(streams/nats|examples/(nats|platform|trainers)|test|tools)/' },
      to: { path: packages('@nats-io') },
    },
    {
      name: 'only-the-shell-imports-nats-logs',
      severity: 'error',
      from: { path: own, pathNot: ['^(streams/nats|examples|test|tools)/', shell] },
      to: { path: '^streams/nats/' },
    },
    {
      name: 'the-entry-is-light',
      comment: 'To import hypertide, or hypertide/http, loads no file, server, command line or parser.',
      severity: 'error',
      from: { path: '^streams/(http/)?index\\.ts$' },
      to: {
        path: ['^streams/(nats|log/openJournal|log/journal)', shell, packages('@nats-io', 'hono', 'commander', 'yaml')],
        reachable: true,
      },
    },
    {
      name: 'examples-use-the-package-by-its-name',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|machines|streams)/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'nothing-goes-in-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    skipAnalysisNotInRules: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};

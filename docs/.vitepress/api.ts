// Writes the reference of the library from the comments in the code: docs/reference/api.
import { fileURLToPath } from 'node:url';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What users import, by the name that TypeDoc gives it. */
const modules: Readonly<Record<string, string>> = {
  streams: 'hypertide',
  'streams/journal': 'journal',
  'streams/figures': 'figures',
  machines: 'machines',
  'streams/nats': 'nats',
  'streams/workers': 'workers',
  'streams/http': 'http',
  'src/server/embed/server': 'server',
  'src/server/embed/mcp': 'mcp',
  'src/monitoring': 'monitoring',
  'src/programs': 'programs',
  'src/testing': 'testing',
};
const columns = { hideInherited: true, hideModifiers: true, hideOverrides: true };

const options: TypeDocOptions & PluginOptions = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [
    'streams/index.ts',
    'streams/journal.ts',
    'streams/figures.ts',
    'machines/index.ts',
    'streams/nats/index.ts',
    'streams/workers/index.ts',
    'streams/http/index.ts',
    'src/server/embed/server.ts',
    'src/server/embed/mcp.ts',
    'src/monitoring/index.ts',
    'src/programs/index.ts',
    'src/testing/index.ts',
  ].map((path) => root + path),
  out: `${root}docs/reference/api`,
  tsconfig: `${root}tsconfig.json`,
  name: 'TypeScript library',
  readme: 'none',
  disableSources: true,
  treatWarningsAsErrors: true,
  validation: { notExported: false },
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: columns,
};
const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (project === undefined) throw new Error('TypeDoc cannot read the code');
for (const module of project.children!) module.name = modules[module.name]!;
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;

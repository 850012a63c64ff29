// Writes the reference of the library from the comments in the code: docs/reference/api.
import { fileURLToPath } from 'node:url';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { documented } from './documented.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const columns = { hideInherited: true, hideModifiers: true, hideOverrides: true };

const options: TypeDocOptions & PluginOptions = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: documented.map(([, source]) => `${root}${source}.ts`),
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
const nameOf = new Map(documented.map(([name, source]) => [source.replace(/\/index$/, ''), name]));
for (const module of project.children!) module.name = nameOf.get(module.name)!;
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;

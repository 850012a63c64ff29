import { fileURLToPath } from 'node:url';
import { knownPrograms } from '../../src/space/known/programs.ts';

export const knownFile = fileURLToPath(new URL('../../docs/reference/known-parameters.md', import.meta.url));

const named = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** The reference of known parameters, in Markdown. */
export function knownText(): string {
  const programs = knownPrograms();
  const count = (of: (program: (typeof programs)[number]) => object) =>
    programs.reduce((sum, program) => sum + Object.keys(of(program)).length, 0);
  return `# Known parameters

This page is generated from the code by \`npm run schema\`. It lists ${count(({ parameters }) => parameters)} parameters of ${count(({ names }) => names)} programs whose range, scale and prior Hypertide knows from the documentation of each library and from the papers that are named.
\`hypertide init\` writes them into your study file. [Priors](../guides/spaces.md#parameters-known-by-name) says how to use them without \`init\`.

${programs.map(({ names, source, crossing, parameters }) => `- ${named(names)}: ${named(Object.keys(parameters))}.${crossing ? ` Curves cross: ${crossing}.` : ''} Sources: ${source}.\n`).join('')}`;
}

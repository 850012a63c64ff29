import { fileURLToPath } from 'node:url';
import { knownPrograms } from '../../src/space/known/known.ts';
import { knownLine } from '../../src/studyFile/draft.ts';

export const knownFile = fileURLToPath(new URL('../../docs/reference/known-parameters.md', import.meta.url));

const count = (of: (program: (typeof knownPrograms)[number]) => number) => knownPrograms.reduce((sum, program) => sum + of(program), 0);

const HEAD = `# Known parameters

This page is generated from the code by \`npm run schema\`. It lists ${count(({ parameters }) => Object.keys(parameters).length)} parameters of ${count(({ names }) => names.length)} programs, as lines of a study file: a range that is worth searching, its scale, and
a prior, which says where good values are expected. Priors come from the documentation of each library and from the papers that are named.
[Priors](../guides/spaces.md#parameters-known-by-name) says how to use them. If a parameter has a second line, it is for another type or scale.
`;

/** The reference of known parameters, in Markdown. */
export function knownText(): string {
  const sections = knownPrograms.map(({ names, source, parameters }) => {
    const [name, ...others] = names;
    const also = others.length > 0 ? `The same: ${others.map((other) => `\`${other}\``).join(', ')}. ` : '';
    const lines = Object.entries(parameters).flatMap(([key, rows]) =>
      rows.map((row, i) => (i === 0 ? knownLine(key, row) : `  # ${knownLine(key, row).trimStart()}`)),
    );
    return `## ${name}\n\n${also}Sources: ${source}.\n\n\`\`\`yaml\nparameters:\n${lines.join('\n')}\n\`\`\`\n`;
  });
  return [HEAD, ...sections].join('\n');
}

import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import type { User } from '../access/users.ts';
import { handle } from '../handlers.ts';
import type { OperationId } from '../routes.ts';
import type { ServedStudies } from '../servedStudies.ts';

/** The resources of each study, which can be read and subscribed to. */
const views = {
  state: { operation: 'study', description: 'The space of a study, and its state.' },
  best: { operation: 'best', description: 'The best trial so far.' },
  trials: { operation: 'trials', description: 'The first trials; use the tool list_trials for the others.' },
} as const satisfies Readonly<Record<string, { readonly operation: OperationId; readonly description: string }>>;

const uriOf = (study: string, view: string): string => `hypertide://studies/${study}/${view}`;

/** The addresses of all resources that change with a study. */
export const urisOf = (study: string): string[] => Object.keys(views).map((view) => uriOf(study, view));

export function registerResources(server: McpServer, studies: ServedStudies, user: User): void {
  for (const [view, { operation, description }] of Object.entries(views)) {
    const list = async () => ({
      resources: studies.names.map((study) => ({
        uri: uriOf(study, view),
        name: `${study}: ${view}`,
        mimeType: 'application/json',
      })),
    });
    server.registerResource(
      view,
      new ResourceTemplate(uriOf('{study}', view), { list }),
      { description, mimeType: 'application/json' },
      async (uri, { study }) => {
        const request = { study: String(study), trial: 0, fields: {}, user, key: undefined };
        const text = JSON.stringify(await handle(operation, studies, request));
        return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] };
      },
    );
  }
}

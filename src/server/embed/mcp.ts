import type { McpServer } from '@modelcontextprotocol/server';
import type { User } from '../access/users.ts';
import { connectedServer } from '../mcp/mcpServer.ts';
import { type ServableStudies, type StudiesOptions, toServe } from './toServe.ts';

export type { User, UserRole } from '../access/users.ts';
export type { ServableStudies, ServableStudy } from './toServe.ts';

export interface StudiesMcpOptions extends Pick<StudiesOptions, 'warn'> {
  /** What the agent may do, and the name that the log gives it. Default: `{ name: 'agent', role: 'agent' }`, which may do everything. */
  readonly user?: User | undefined;
}

/**
 * Tools and resources for an agent that works on studies of this process: connect it to a transport of the Model Context Protocol.
 *
 * @param studies by the names that they get
 * @throws OptionError for what is no study
 * @example
 * await studiesMcp({ digits: study }, { user: { name: 'claude', role: 'agent', trials: 20 } }).connect(transport);
 */
export function studiesMcp(
  studies: ServableStudies,
  { user = { name: 'agent', role: 'agent' }, ...options }: StudiesMcpOptions = {},
): McpServer {
  const served = toServe(studies, options);
  return connectedServer(served, user, { subscriptions: true, closed: () => served.close() });
}

export type { User, UserRole } from '../access/users.ts';
export { type StudiesMcpOptions, studiesMcp } from './studiesMcp.ts';
export type { ServableStudies, ServableStudy } from './toServe.ts';

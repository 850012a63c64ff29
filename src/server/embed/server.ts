export type { FindUser } from '../access/access.ts';
export { parseUsers, type User, type UserRole, type Users } from '../access/users.ts';
export { type StudiesApp, type StudiesAppOptions, studiesApp } from './studiesApp.ts';
export type { ServableStudies, ServableStudy, StudiesOptions } from './toServe.ts';

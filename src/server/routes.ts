import type { Operation } from '../study/operation.ts';
import type { UserRole } from './access/users.ts';
import { operations } from './serverOperations.ts';

/** Operations over HTTP. */
export type OperationId = Exclude<keyof typeof operations, 'load'>;
export const operationIds = (Object.keys(operations) as OperationId[]).filter((id) => operations[id].path !== '');

/** The roles of users that have the role of an operation. */
export const permitted: Readonly<Record<Operation['role'], readonly UserRole[]>> = {
  anyone: ['viewer', 'operator', 'trainer'],
  viewer: ['viewer', 'operator'],
  operator: ['operator'],
  trainer: ['trainer'],
};
export const rolesOf = (id: OperationId): readonly UserRole[] => permitted[operations[id].role];

/** The methods that a path has, such as `GET`. */
export function methodsOf(path: string): readonly string[] {
  const words = path.split('/');
  const fits = (pattern: readonly string[]) =>
    pattern.length === words.length && pattern.every((word, i) => (word.startsWith('{') ? words[i] !== '' : word === words[i]));
  return operationIds.filter((id) => fits(operations[id].path.split('/'))).map((id) => operations[id].method.toUpperCase());
}

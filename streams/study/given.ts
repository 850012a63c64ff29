import type { Values } from '../../src/facts/facts.ts';
import { isRecord } from '../../src/schema/json.ts';
import { show } from '../../src/space/check.ts';
import { RefusedError } from '../../src/study/commands.ts';
import { example, kindOf, oneForSeveral, type Told } from '../objective.ts';

/** @throws RefusedError for what is no result */
export function checkResult(result: Told | undefined, names: readonly string[]): asserts result is Told {
  if (typeof result === 'number' && names.length === 1) return;
  if (isRecord(result) && isRecord(result.values)) return;
  const message =
    typeof result === 'number'
      ? `tell: got ${result}; ${oneForSeveral(names)}`
      : `tell: expected ${names.length > 1 ? '' : 'a number or '}${example(names)}, got ${kindOf(result)}`;
  throw new RefusedError({ code: 'bad-field', message });
}

/** JSON has no such numbers: they would become null on their way. @throws RefusedError for NaN and infinity in a value, as deep as one can be nested */
export function refuseNoNumber(value: unknown, path = '', levels = 10): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RefusedError({ code: 'bad-field', message: `${path} must be a finite number, not ${value}` });
  if (typeof value !== 'object' || value === null || levels === 0) return;
  for (const [name, part] of Object.entries(value)) refuseNoNumber(part, path ? `${path}.${name}` : name, levels - 1);
}

/** @throws RefusedError for `report(trial, step, value)`, if the order is recognisable */
export function checkOrder(values: number | Values, step: unknown): void {
  if (Number.isInteger(step) || (typeof step === 'number' && typeof values !== 'number')) return;
  if (typeof step !== 'number')
    throw new RefusedError({ code: 'bad-field', message: `report: expected a whole number as the step, got ${kindOf(step)}` });
  const message = `report: expected (trial, value, step), got the step ${show(step)} and the value ${show(values)}; are they swapped?`;
  throw new RefusedError({ code: 'bad-field', message });
}

import { describe, it } from 'vitest';
import { strategyContract } from '../../src/testing/strategyContract.ts';
import { caseOf, compositions } from './cases.ts';

for (const name of compositions) strategyContract({ describe, it }, name, caseOf(name));

import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Fact } from '../../../src/facts/facts.ts';
import { choice, random, space } from '../../../streams/index.ts';
import { openJournal } from '../../../streams/journal.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { casesOf } from '../attack.ts';

const attack = casesOf('spreadsheets');

/** What spreadsheets evaluate when a person opens a table. */
const formulas = ['=HYPERLINK("http://evil.example")', '+1+1', "-1+cmd|' /C calc'!A0", '@SUM(1)', '\t=1+1', '\r=1+1'];

export const spreadsheetAttacks = formulas.map((formula) =>
  attack('cells without formulas', `the formula ${JSON.stringify(formula)} in choices, names and messages of trainers`, async (world) => {
    const path = join(world.directory(), 'study.jsonl');
    const log = await openJournal(path);
    const run = 'r';
    const facts: Fact[] = [
      createdOf(space({ x: choice([formula, 'y']) }), random(), { study: 'study', trials: 1 }),
      { type: 'suggested', trial: 1, attempt: 1, by: formula, params: { x: formula }, tags: { note: formula } },
      { type: 'started', trial: 1, attempt: 1, run, trainer: formula },
      { type: 'failed', trial: 1, run, reason: 'error', message: formula, trace: formula },
    ];
    for (const fact of facts) await log.append(fact);
    await log.close();
    const { printed } = await world.hypertide('export', path, '--format', 'csv');
    const cells = (parse(printed, { record_delimiter: '\r\n' }) as string[][]).flat();
    if (!cells.some((cell) => cell.includes(formula.trim()))) throw new Error(`the formula is not in the table: ${printed}`);
    return cells.some((cell) => /^[=+\-@\t\r\n]/.test(cell) && !Number.isFinite(Number(cell)));
  }),
);

import { concatAll, from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Created } from '../../../src/facts/facts.ts';
import { FORMAT, RULES } from '../../../src/facts/versions.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { applyEntries, memoryLog } from '../../../streams/core.ts';
import { verify } from '../../../streams/engine/verify.ts';
import { createStudy, float, random, space } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const created = createdOf(line, random(), {});
const { format: _, ...unmarked } = created;

it('a study keeps the rules that it began with', () => {
  const ledger = new Ledger(line);
  ledger.fold({ position: 1, at: 0, fact: created });
  ledger.fold({ position: 2, at: 0, fact: { type: 'changed', rules: RULES + 1, parallel: 2 } });
  expect(ledger.settings).toMatchObject({ rules: RULES, parallel: 2 });
});

describe.each([
  ['a later format', { ...created, format: FORMAT + 1 }, `with format ${FORMAT + 1}; open it with that version`],
  ['later rules', { ...created, rules: RULES + 1 }, `with rules ${RULES + 1}; open it with that version`],
  ['an unreleased version', { v: 1, ...unmarked, rules: 5, decisions: 4 }, 'commit a2bcf21b is the last one that reads it'],
])('a log of %s is refused', (_, fact, message) => {
  const entry = { position: 1, at: 0, fact };
  const refused = { code: 'other-version', message: expect.stringContaining(message) };

  it('by a study, which writes nothing', async () => {
    const log = memoryLog();
    await log.append(fact as Created);
    const study = createStudy(line, { strategy: random(), log });
    await expect(study.ask()).rejects.toMatchObject(refused);
    expect(await log.head()).toBe(1);
  });

  it('by readers', async () => {
    await expect(lastValueFrom(from([[entry]]).pipe(concatAll(), applyEntries()))).rejects.toMatchObject(refused);
    await expect(
      verify(line, random(), async function* () {
        yield [entry];
      }),
    ).rejects.toMatchObject(refused);
  });
});

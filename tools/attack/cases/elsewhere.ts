import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers } from '@nats-io/nats-core';
import { isRecord } from '../../../src/schema/json.ts';
import { past } from '../../../streams/log/past.ts';
import { natsLog } from '../../../streams/nats/index.ts';
import { casesOf } from '../attack.ts';

const files = casesOf('file names');
const spoofing = casesOf('spoofing');

const study = { parameters: { x: { type: 'float', low: 0, high: 1 } } };

/** Attacks by studies that other users create, and by archives that are restored. */
export const elsewhereAttacks = [
  ...['../evil', '..\\evil'].map((name) =>
    files('names of journals', `a study is copied to ${name}`, async (world) => {
      const folder = join(world.directory(), 'studies');
      const file = join(world.directory(), 'study.yaml');
      writeFileSync(file, JSON.stringify(study));
      await world.hypertide('study', 'create', file, join(folder, 'study.jsonl'));
      const { code } = await world.hypertide('study', 'copy', join(folder, 'study.jsonl'), name);
      return code === 0 && existsSync(join(folder, `${name}.jsonl`));
    }),
  ),
  spoofing('restored part', 'a trainer says that its report is older than it is', async (world) => {
    const at = await world.study();
    const old = headers();
    old.set('Hypertide-Time', '1000000');
    const report = { type: 'reported', trial: 1, run: 'r1', step: 1, values: { value: 1 } };
    await (await at.as('w2')).request(at.subjects.by('w2', 1), JSON.stringify(report), { headers: old, timeout: 2000 });
    await at.until('reported');
    const log = await natsLog(await at.as('engine'), at.study, { create: false });
    for await (const entries of past(log, 1))
      for (const { fact, at: time } of entries) if (isRecord(fact) && fact.type === 'reported') return time < 1e6;
    return false;
  }),
];

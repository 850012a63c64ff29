import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseStrategy } from 'hypertide/strategies';
import { openStudy } from '../../../streams/http/index.ts';
import { createStudy } from '../../../streams/index.ts';
import { openJournal, openStudy as openJournalStudy } from '../../../streams/journal.ts';
import { served } from '../http/served.ts';
import { type ContractStudy, contractSpace, handleContract } from './handleContract.ts';

const made = ({ strategy = 'random', ...study }: ContractStudy, lease?: number) =>
  createStudy(contractSpace, { study: 'digits', strategy: parseStrategy(strategy), warn: () => {}, lease, ...study });

handleContract('in memory', async (options) => {
  const study = made(options);
  return { study, again: async () => study, dispose: () => study.close() };
});

handleContract('of a journal', async (options) => {
  const path = join(mkdtempSync(join(tmpdir(), 'handle-')), 'digits.jsonl');
  const { strategy = 'random', ...study } = options;
  const log = await openJournal(path);
  const first = createStudy(contractSpace, { study: 'digits', strategy: parseStrategy(strategy), warn: () => {}, log, ...study });
  await first.ready();
  await first.close();
  const opened = await openJournalStudy(path, { space: contractSpace, warn: () => {} });
  return { study: opened, again: async () => opened, dispose: () => opened.close() };
});

handleContract('behind HTTP', async (options) => {
  const behind = made(options, 30);
  const { address, close } = await served({ digits: behind });
  const opened: AsyncDisposable[] = [];
  const again = async () => {
    const study = await openStudy(`${address}/digits`, { space: contractSpace });
    opened.push(study);
    return study;
  };
  return {
    study: await again(),
    again,
    dispose: async () => {
      for (const one of opened) await one[Symbol.asyncDispose]();
      await close();
      await behind.close();
    },
  };
});

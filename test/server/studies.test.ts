import { expect, it } from 'vitest';
import { ServedStudies } from '../../src/server/servedStudies.ts';
import { parseSpace } from '../../streams/core.ts';
import { random } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { LocalPort } from '../../streams/study/port/local.ts';

const space = parseSpace({ parameters: { x: { type: 'float', low: 0, high: 1 } } });

it('shows a study that runs here by what that has folded, and computes from its last entry', async () => {
  const studies = new ServedStudies();
  const study = new LocalPort(space, memoryLog(), { strategy: random() });
  const take = studies.host('x', study, () => study.ledger.position);
  study.live$.subscribe((entry) => take(entry, study));
  await study.ready();
  await study.ask();
  const { feed } = studies.open('x');
  await feed.caughtUp;
  expect({ position: feed.position, ...feed.begun }).toMatchObject({
    position: await study.log.head(),
    ledger: study.ledger,
    rows: study.rows,
  });
  studies.close();
  await study.close();
});

it('gives a name that can be part of a path, and that no study has', async () => {
  const study = new LocalPort(space, memoryLog(), { strategy: random() });
  const studies = new ServedStudies();
  for (const name of ['my study', 'my-study-2', '']) {
    const unused = studies.unusedName('my study');
    expect(unused).toMatch(/^my-study(-\d)?$/);
    expect(studies.has(unused), name).toBe(false);
    studies.host(unused, study, () => 0);
  }
  studies.close();
  await study.close();
});

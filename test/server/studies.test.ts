import { expect, it } from 'vitest';
import { ServedStudies } from '../../src/server/studies.ts';
import { parseSpace, random } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { HostedStudy } from '../../streams/study/hosted/hostedStudy.ts';

const space = parseSpace({ parameters: { x: { type: 'float', low: 0, high: 1 } } });

it('reads the log of a study that runs here once, up to its end at each computation, and not before a reader asks', async () => {
  const study = new HostedStudy(space, memoryLog(), { strategy: random() });
  const studies = new ServedStudies();
  const open = studies.run('x', study);
  await study.ready();
  expect(open.followed()).toBeUndefined();
  const first = await studies.compute(open, async (feed) => feed);
  await study.ask();
  const position = await studies.compute(open, async (feed) => {
    expect(feed).toBe(first);
    return feed.position;
  });
  expect(position).toBe(await study.log.head());
  studies.close();
  await study.close();
});

it('gives a name that can be part of a path, and that no study has', async () => {
  const study = new HostedStudy(space, memoryLog(), { strategy: random() });
  const studies = new ServedStudies();
  for (const name of ['my study', 'my-study-2', '']) {
    const unused = studies.unusedName('my study');
    expect(unused).toMatch(/^my-study(-\d)?$/);
    expect(studies.has(unused), name).toBe(false);
    studies.run(unused, study);
  }
  studies.close();
  await study.close();
});

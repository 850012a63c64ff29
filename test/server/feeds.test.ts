import { expect, it } from 'vitest';
import { Feeds } from '../../src/server/feeds.ts';
import { HostedStudy } from '../../streams/host/host.ts';
import { parseSpace, random } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';

it('reads the log of a study once, up to its end at each request', async () => {
  const space = parseSpace({ parameters: { x: { type: 'float', low: 0, high: 1 } } });
  const study = new HostedStudy(space, memoryLog(), { strategy: random() });
  const feeds = new Feeds();
  await study.ready();
  const first = await feeds.use(study, async (feed) => feed);
  await study.ask();
  const position = await feeds.use(study, async (feed) => {
    expect(feed).toBe(first);
    return feed.position;
  });
  expect(position).toBe(await study.log.head());
  feeds.close();
  await study.close();
});

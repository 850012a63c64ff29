import { expect, it } from 'vitest';
import { serving } from '../../../src/host/serving/serving.ts';
import type { About, StatusLine } from '../../../src/text/statusLine.ts';
import { float, random, space } from '../../../streams/index.ts';
import { handOn } from '../../streams/nats/world.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const server = natsOfTests();

/** An engine, and the lines that it prints. */
async function engineOf(study: string) {
  const lines: (About & { readonly text: string })[] = [];
  const screen: StatusLine = {
    terminal: false,
    line: (text, fields = {}) => void lines.push({ text, ...fields }),
    status: () => {},
    end: () => {},
  };
  const { study: known, close } = serving({ nc: await server.connect(), screen, nats: server.url, access: {}, settings: { lease: 1 } });
  const described = { space: space({ x: float(0, 1) }), strategy: random(), options: { study, trials: 9, parallel: 1 } };
  const life = known(study, async () => described);
  life.send('begun');
  await life.settled();
  return { engine: life.here.engine!, lines, close };
}

it('an engine names the trial that is lost, and its worker, as a warning', async () => {
  const { engine, lines, close } = await engineOf('lost');
  const { say } = await handOn(server, 'lost', 'w1');
  await eventually(() => expect(engine.port.ledger.open.size).toBe(1));
  await say(1, { type: 'started', attempt: 1, run: 'r' });
  const lost = { text: 'lost: trial 1 is lost: w1 was silent for 1 s', level: 'warn', study: 'lost', trial: 1, run: 'r' };
  await eventually(() => expect(lines).toContainEqual(lost));
  await close();
});

it('a second engine prints that it is a standby, and that it leads once the first one has ended', async () => {
  const first = await engineOf('two');
  await eventually(() => expect(first.engine.port.ledger.open.size).toBe(1));
  const second = await engineOf('two');
  const { say } = await handOn(server, 'two', 'w1');
  const complete = async (trial: number) => {
    await say(trial, { type: 'started', attempt: 1, run: `r${trial}` });
    await say(trial, { type: 'completed', run: `r${trial}`, values: { value: 1 } });
  };
  const texts = ({ lines }: typeof first) => lines.map(({ text }) => text);
  await complete(1);
  await eventually(() => expect(texts(second)).toContain('two: serves as a standby: another engine leads'));
  expect([first.engine.leads, second.engine.leads]).toEqual([true, false]);
  expect(texts(first).join()).not.toContain('standby');
  await first.close();
  await complete(2);
  await eventually(() => expect(texts(second)).toContain('two: now leads, since the other engine is slow or gone'));
  await second.close();
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { credsAuthenticator } from '@nats-io/transport-node';
import { afterAll, expect, it } from 'vitest';
import { examine } from '../../../src/host/platform/doctor.ts';
import { readPlatform } from '../../../src/host/platform/platformFile.ts';
import { servePlatform } from '../../../src/host/platform/servePlatform.ts';
import { openShared } from '../../../src/host/serving/placeToServe.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { TRAINERS } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';

/** Seconds of a lease. */
const LEASE = 1;
/** Nanoseconds for which a client hides a delivery. */
const HOUR = 3_600_000;

const ending = new AbortController();
const screen: StatusLine = { terminal: false, line: () => {}, status: () => {}, end: () => {} };
const { files, textOf } = await jwtConfig({ teams: [{ name: 'vision', trainers: ['w1'] }] });
const server = await natsServer(textOf({ store: 'unused', port: -1 }).replace(/jetstream \{[^}]*\}/, ''));
const as = (user: string) =>
  server.connect({
    authenticator: credsAuthenticator(new TextEncoder().encode(files[`vision/${user}.creds`])),
    inboxPrefix: `_INBOX_${user}`,
  });

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, 'keys', name)), { recursive: true });
  writeFileSync(join(folder, 'keys', name), text);
}
const file = join(folder, 'platform.yaml');
writeFileSync(file, JSON.stringify({ nats: { url: server.url }, teams: { vision: { users: ['w1'] } } }));
const platform = await readPlatform(file);
const shared = await openShared({ lease: LEASE }, screen);
const served = servePlatform(file, shared, screen, ending.signal);
const study = { parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', trials: 8, parallel: 2 };
const admin = await as('admin');
await eventually(() => request(admin, 'digits', 'create', { study }));
afterAll(async () => {
  ending.abort();
  await served;
  await shared.close();
  await server.dispose();
  rmSync(folder, { recursive: true });
});

it('names what keeps the trials of a study from workers', async () => {
  expect(await examine(platform, [])).toEqual([]); // no worker asks
  const engine = await as('engine');
  const jsm = await jetstreamManager(engine, { checkAPI: false });
  /** A client takes deliveries, and asks the server for them again in an hour. An engine may replace the consumer meanwhile. */
  const hide = async () => {
    const consumer = await jetstream(engine).consumers.get('HT_digits', TRAINERS);
    for await (const message of await consumer.fetch({ max_messages: 2, expires: 1000 })) message.nak(HOUR);
  };
  let isHiding = true;
  const hiding = (async () => {
    while (isHiding) await hide().catch(() => {});
  })();
  await eventually(async () =>
    expect(await examine(platform, [])).toEqual([
      expect.stringMatching(/^vision\.digits: trials 1, 2 wait for more than 5 leases, although workers ask/),
    ]),
  );
  isHiding = false;
  await hiding;

  await jsm.consumers.add('HT_digits', { durable_name: 'foreign', ack_policy: AckPolicy.Explicit });
  expect(await examine(platform, [])).toEqual([
    expect.stringMatching(/^vision\.digits: hypertide did not make the consumer foreign on its stream/),
  ]);
  await jsm.consumers.delete('HT_digits', 'foreign');

  // An engine may have replaced it once more.
  const changed = async (settings: object, sentence: RegExp) =>
    eventually(async () => {
      await jsm.consumers.update('HT_digits', TRAINERS, settings);
      await hide();
      expect(await examine(platform, [])).toEqual([expect.stringMatching(sentence)]);
    });
  await changed({ max_ack_pending: 1 }, /^vision\.digits: deliveries that have not been claimed: 1, and the server makes no others/);
  await changed(
    { max_ack_pending: 100, filter_subject: 'ht.digits.log.created' },
    /^vision\.digits: its consumer trainers has other settings/,
  );
});

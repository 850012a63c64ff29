import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hypertide } from '../cli/support.ts';
import { eventually } from '../support/eventually.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { type HostedProcess, hosts, prepare, spansOf } from './hosts.ts';

/** The table of what every process does that runs studies: a host for each row, a test for each column. */
describe.each(Object.entries(hosts))('%s', (name, open) => {
  let server: NatsServer;
  let folder: string;
  let host: HostedProcess;
  const begin = async (bytes?: number) => {
    prepare(folder);
    if (name === 'serve --nats') await hypertide(folder, 'study', 'delete', `${server.url}/digits`, '--yes');
    host = await open({ folder, nats: server.url, ...(bytes !== undefined && { bytes }) });
  };
  const leave = () => {
    host.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    for (const path of [spansOf(folder), `${folder}.worker`]) rmSync(path, { recursive: true, force: true });
  };
  const fileOf = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
  const trials = async () =>
    JSON.parse((await hypertide(folder, 'trials', ...host.place, '--json')).out) as {
      readonly status: string;
      readonly uncounted?: object;
    }[];

  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.dispose());

  describe('with trainers that work', () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'hypertide-host-'));
      await begin();
    });
    afterAll(leave);

    it('calls hooks', () => eventually(() => expect(fileOf('ended.jsonl')).toContain('"type":"hypertide.hook.ended.v1"')));

    it('traces the study', () => eventually(() => expect(readFileSync(spansOf(folder), 'utf8')).toMatch(/^hypertide\.ask digits$/m)));

    it('exports metrics, and says that it is ready', async () => {
      await eventually(async () => {
        const text = await (await fetch(`${host.url}/metrics`)).text();
        expect(text).toMatch(/^hypertide_facts_total\{study="digits",kind="completed"\} [1-9]/m);
      });
      expect((await fetch(`${host.url}/healthz`)).status).toBe(200);
      const readiness = await fetch(`${host.url}/readyz`);
      expect(readiness.status).toBe(200);
      expect(await readiness.json()).toMatchObject({ ready: true, studies: { digits: { phase: 'running' } } });
    });

    it('shows the study in a page', async () => {
      const page = await eventually(() => fetch(host.url));
      expect(page.headers.get('content-type')).toContain('text/html');
      const rows = (await (await fetch(`${host.url}/v1/studies/digits/trials`)).json()) as { readonly trials: readonly object[] };
      expect(rows.trials.length).toBeGreaterThan(0);
    });

    it('takes commands of other processes', async () => {
      const { code, out, err } = await hypertide(folder, 'change', ...host.place, '--parallel', '3');
      expect(`${out}${err}`).toContain('parallel 2 -> 3');
      expect(`${out}${err}`).not.toContain('next run');
      expect(code).toBe(0);
    });
  });

  describe('with a broken program', () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'hypertide-host-'));
      writeFileSync(join(folder, 'broken'), '');
      await begin();
    });
    afterAll(leave);

    it('stops after the first trials failed alike, and does not count them', async () => {
      await eventually(async () => expect((await trials()).filter(({ uncounted }) => uncounted).length).toBeGreaterThanOrEqual(3));
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const failed = (await trials()).filter(({ status }) => status === 'failed');
      expect(failed.length).toBeLessThan(6);
      expect(failed.every(({ uncounted }) => uncounted)).toBe(true);
    });
  });

  const fill = () => {
    try {
      writeFileSync(join(folder, 'filler'), Buffer.alloc(2 ** 20));
    } catch {} // now it is full
  };
  const makeRoom = async () => {
    if (name !== 'serve --nats') return rmSync(join(folder, 'filler'));
    const { streams } = await jetstreamManager(await server.connect());
    await streams.update('HT_digits', { max_bytes: -1 });
  };

  /** Only root mounts file systems. In CI, a case that cannot run must fail. */
  it.skipIf(!process.env.CI && process.getuid?.() !== 0)('says that its log has no room, waits, and continues', async () => {
    const completed = async () => (await trials()).filter(({ status }) => status === 'completed').length;
    folder = mkdtempSync(join(tmpdir(), 'hypertide-host-'));
    if (name !== 'serve --nats') execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', folder]);
    try {
      await begin(20_000);
      await eventually(async () => expect(await completed()).toBeGreaterThan(1));
      if (name !== 'serve --nats') fill();
      await eventually(() => expect(host.said()).toMatch(/waiting for space|has no room/));
      const before = await completed();
      await makeRoom();
      await eventually(async () => expect(await completed()).toBeGreaterThan(before + 10));
      expect(host.child.exitCode).toBeNull();
    } finally {
      host.kill();
      if (name !== 'serve --nats') execFileSync('umount', ['--lazy', folder]);
      leave();
    }
  });
});

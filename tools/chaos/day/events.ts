import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../checker.ts';
import type { Stage } from './stage.ts';

/** Something that happens in a day of operations. */
export interface DayEvent {
  readonly name: string;
  /** Whether servers come and go. */
  readonly shakes?: true;
  /** Whether it concerns only a study or a worker of its own, so that other such events can happen at the same time. */
  readonly isQuiet?: true;
  readonly act: (stage: Stage) => Promise<void>;
}

/** Milliseconds before and after a fault of a worker in which it may lose what it does. */
const BEFORE = 3000;
const AFTER = 30_000;

/** What happens to the programs of a worker now. */
function faultsOf(of: string, programs: number): readonly Fault[] {
  const during = { from: Date.now() - BEFORE, until: Date.now() + AFTER };
  return Array.from({ length: programs }, () => ({ kind: 'stop', of, during }));
}

/** All that happens in a day. Their order follows from the seed. */
export const events: readonly DayEvent[] = [
  {
    name: 'engines are upgraded, one after the other',
    act: async ({ site, doctorNames, steady }) => {
      for (const engine of site.engines) {
        await engine.end();
        if (engine === site.engines[0]) await doctorNames(/^engine http\S+ does not answer/m);
        await steady();
        await engine.start();
        await steady();
      }
    },
  },
  {
    name: 'workers are upgraded, one after the other',
    act: async ({ workers, fault, slots, steady }) => {
      for (const worker of workers) {
        fault(faultsOf(worker.name, slots));
        await worker.end();
        worker.launch();
        await steady();
      }
    },
  },
  {
    name: 'servers are restarted, one after the other',
    shakes: true,
    act: async ({ site, say, doctorNames, steady, copies }) => {
      for (const { process, name, start } of site.servers) {
        await copies();
        await process.end();
        if (name === site.servers[0]!.name) await doctorNames(/^server \S+: .*ECONNREFUSED/m);
        await start(say);
        await steady();
      }
    },
  },
  {
    name: 'the server that leads most studies is killed',
    shakes: true,
    act: async ({ site, say, leader, steady, copies, pick }) => {
      await copies();
      const name = await leader();
      const { process, start } = site.servers.find((server) => server.name === name) ?? pick(site.servers);
      await process.end('SIGKILL');
      await steady();
      await start(say);
    },
  },
  {
    name: 'all servers are away',
    shakes: true,
    act: async ({ site, say, seconds, down, steady }) => {
      const from = Date.now();
      await Promise.all(site.servers.map(({ process }) => process.end('SIGKILL')));
      await sleep(seconds(60) * 1000);
      await site.startServers(say);
      await steady();
      down(from, Date.now());
    },
  },
  {
    name: 'the disk of a server is full',
    shakes: true,
    act: async ({ site, say, pick, seconds, copies, doctorNames, steady }) => {
      await copies();
      const { process, disk, start } = pick(site.servers);
      const filler = `${disk}/filler`;
      fill(filler);
      await doctorNames(/^server \S+: .*503.*JetStream/m);
      await sleep(seconds(20) * 1000);
      await steady();
      rmSync(filler);
      await process.end(); // it has turned JetStream off until its next start
      await start(say);
    },
  },
  {
    name: 'a running study is deleted',
    isQuiet: true,
    act: async ({ site, create, ended, must, steady, unless, pick, teams }) => {
      const team = pick(teams);
      const study = await create(team, 'doomed', { trials: 100_000, parallel: 2 });
      await ended(team, study, 2);
      await site.must('study', 'delete', ...site.addressOf(team, study), '--yes');
      await steady();
      unless(!(await site.must('study', 'list', ...site.addressOf(team))).includes(study), `${study} was deleted, and is still listed`);
      await must(async () => !(await site.doctor()).out.includes(study), `doctor names ${study}, which was deleted`);
    },
  },
  {
    name: 'a closed study is archived, restored and reopened',
    isQuiet: true,
    act: async ({ site, create, must, unless, pick, teams, status }) => {
      const team = pick(teams);
      const study = await create(team, 'seasonal', { trials: 6, parallel: 3 });
      const trials = async () => (await site.hypertide('trial', 'list', ...site.addressOf(team, study), '--json')).out;
      await must(async () => (await status(team, study))?.phase === 'closed', `${study} does not close`);
      const before = await trials();
      const archive = site.path('archives', team, `${study}.tar.gz`);
      await must(async () => existsSync(archive) && (await status(team, study))?.isArchived, `${study} is not archived`);
      await site.must('study', 'restore', archive, ...site.addressOf(team, study));
      await must(
        async () => (await site.hypertide('change', ...site.addressOf(team, study), '--trials', '+4')).status === 0,
        `${study} is not reopened`,
      );
      const after = JSON.parse(await trials()) as { readonly trial: number }[];
      const old = JSON.parse(before) as unknown[];
      unless(JSON.stringify(after.slice(0, old.length)) === JSON.stringify(old), `${study}: its trials differ after it was restored`);
      await must(async () => (await status(team, study))?.ended === 10, `${study} does not continue after it was restored`);
    },
  },
  {
    name: 'a team floods',
    act: async ({ site, create, doctorNames, seconds, must, flooding }) => {
      const studies: string[] = [];
      const from = Date.now();
      for (let k = 0; k < 4; k++) studies.push(await create('lab', 'flood', { trials: 100_000, parallel: 1000 }));
      await doctorNames(/^lab\.flood\S* it waits: the quota of the team is used: parallel/m);
      await sleep(seconds(60) * 1000);
      flooding(from, Date.now());
      for (const study of studies) await site.must('study', 'delete', ...site.addressOf('lab', study), '--yes');
      await must(async () => !(await site.doctor()).out.includes('flood'), 'doctor names a flood that was deleted');
    },
  },
  {
    name: 'a worker is broken',
    isQuiet: true,
    act: async ({ site, fault, seconds, steady, doctorNames }) => {
      const broken = site.worker('broken', ['sh', '-c', 'echo "no such device" >&2; exit 1'], 2);
      fault(faultsOf('broken', 1000));
      broken.launch();
      await doctorNames(/: its worker broken is paused: /m);
      await sleep(seconds(30) * 1000);
      await broken.end();
      await steady();
    },
  },
  {
    name: 'a worker hangs',
    act: async ({ site, workers, pick, fault, slots, steady }) => {
      const worker = pick(workers);
      fault(faultsOf(worker.name, slots));
      process.kill(worker.pid, 'SIGSTOP');
      await sleep(2.5 * site.lease * 1000);
      process.kill(worker.pid, 'SIGCONT');
      await steady();
    },
  },
  {
    name: 'a team comes, a quota changes, and a user is locked out',
    act: async ({ site, create, ended, must, unless, workers, fault, slots, steady, begunBy }) => {
      const user = site.start(
        'u1',
        ...site.command(
          'worker',
          ...site.addressOf('vision', 'steady-vision', 'u1'),
          '--name',
          'u1',
          '--',
          'sh',
          site.path('program.sh'),
          'u1',
          '{x}',
        ),
        () => true,
      );
      user.launch();
      await must(async () => begunBy('u1') > 1, 'u1 gets no trials');
      fault(faultsOf('u1', 2));
      const { vision, lab, ...others } = site.declared.teams;
      site.declare({
        teams: { ...others, vision: { ...vision, users: ['u2'] }, lab: { ...lab, quota: { ...lab!.quota, parallel: 5 } }, late: {} },
      });
      const { status, out, err } = await site.hypertide('server', 'apply', 'platform.yaml');
      unless(status === 0, `apply has failed: ${out}${err}`);
      await sleep(2000); // a trial that it was given before may begin
      const begun = begunBy('u1');
      for (const k of [0, 1])
        await must(async () => /^lab +parallel +\d+ +5 /m.test((await site.doctorOf(k)).out), `engine ${k + 1} has not the new quota`);
      const study = 'steady-late';
      await must(async () => create('late', 'steady', {}), 'no engine serves the new team'); // engines look for its credentials every ten seconds
      for (const worker of workers) {
        fault(faultsOf(worker.name, slots));
        await worker.end();
        worker.launch();
      }
      await ended('late', study, 3);
      await steady();
      unless(begunBy('u1') === begun, 'u1 was locked out, and gets trials');
      unless(
        (await site.hypertide('study', 'list', ...site.addressOf('vision', '', 'u1'))).status !== 0,
        'u1 was locked out, and can list studies',
      );
      await user.end('SIGKILL');
    },
  },
];

/** Writes a file until no byte is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(2 ** 12));
  } catch {} // now it is full
  closeSync(file);
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../support/ports.ts';

/** A Slurm of one machine. */
export interface Slurm {
  /** Runs a command of Slurm. @returns its output */
  run(command: string, ...words: readonly string[]): string;
  dispose(): Promise<void>;
}

/** Starts Slurm with daemons of its own, which must be run by root. */
export async function slurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-slurm-'));
  const at = (name: string) => join(folder, name);
  const [host] = hostname().split('.');
  const [control, node] = await Promise.all([freePort(), freePort()]);
  for (const name of ['state', 'spool']) mkdirSync(at(name));
  writeFileSync(at('key'), randomBytes(1024), { mode: 0o400 });
  writeFileSync(
    at('slurm.conf'),
    `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${at('munge')}
CredType=cred/munge
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldPidFile=${at('control.pid')}
SlurmdPidFile=${at('node.pid')}
SlurmctldPort=${control}
SlurmdPort=${node}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
# A busy machine starts and ends tasks slowly; otherwise, Slurm gives the task up or drains the machine.
BatchStartTimeout=300
MessageTimeout=60
KillWait=120
UnkillableStepTimeout=600
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()}
PartitionName=main Nodes=ALL Default=YES
`,
  );
  const env = { ...process.env, SLURM_CONF: at('slurm.conf') };
  const daemons: ChildProcess[] = [];
  const log = openSync(at('log'), 'a');
  const daemon = (...[command, ...words]: [string, ...string[]]) =>
    daemons.push(spawn(command, words, { env, stdio: ['ignore', log, log] }));
  const run = (command: string, ...words: readonly string[]) => execFileSync(command, words, { env, encoding: 'utf8', stdio: 'pipe' });
  const dispose = async () => {
    for (const child of daemons.reverse()) {
      if (hasEnded(child)) continue;
      const late = globalThis.setTimeout(() => child.kill('SIGKILL'), 20_000);
      child.kill('SIGTERM');
      await once(child, 'exit');
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true });
  };
  const files = [`--socket=${at('munge')}`, `--key-file=${at('key')}`, `--pid-file=${at('munge.pid')}`, `--seed-file=${at('seed')}`];
  daemon('munged', '--force', '--foreground', ...files, `--log-file=${at('munge.log')}`);
  daemon('slurmctld', '-D');
  daemon('slurmd', '-D', '-N', host!);
  const isUp = () => {
    try {
      return run('sinfo', '-h', '-o', '%T').trim() === 'idle';
    } catch {
      return false;
    }
  };
  while (!isUp()) {
    const ended = daemons.find(hasEnded);
    if (ended) throw new Error(`${ended.spawnfile} ended before Slurm was up:\n${readFileSync(at('log'), 'utf8')}`);
    await setTimeout(200);
  }
  return { run, dispose };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hypertide, start, studyIn, until } from '../cli/support.ts';
import { root } from '../support/documents.ts';
import { natsServer } from '../support/nats.ts';
import { slurm } from './slurm.ts';

const isThere = process.getuid?.() === 0 && ['slurmctld', 'slurmd', 'munged'].every((name) => spawnSync('which', [name]).status === 0);

it.runIf(isThere)('an array of Slurm runs trials, and a task that is cancelled hands its trial back', async () => {
  const server = await natsServer();
  onTestFinished(() => server.dispose());
  const cluster = await slurm();
  onTestFinished(() => cluster.dispose());
  const place = studyIn('name: digits\ntrials: 4\nparallel: 2\n');
  // Trials last until the test has cancelled the first task.
  writeFileSync(join(place, 'train.sh'), 'touch started; until [ -e go ]; do sleep 0.1; done; echo loss=1\n');
  const command = join(place, 'hypertide');
  writeFileSync(command, `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist/src/cli/main.js')} "$@"\n`);
  chmodSync(command, 0o755);
  const script = readFileSync(join(root, 'deploy/slurm/workers.sbatch'), 'utf8').replace('{lr}', '{x}');
  writeFileSync(join(place, 'workers.sbatch'), script);
  const serve = start(place, 'serve', 'study.yaml', '--nats', server.url);
  onTestFinished(async () => {
    serve.child.kill('SIGTERM');
    await serve.ended;
  });
  const variables = `PATH=${place}:${process.env.PATH},HYPERTIDE_NATS=${server.url}`;
  const submit = () =>
    cluster.run('sbatch', '--parsable', '--array=1-2', `--chdir=${place}`, `--export=${variables}`, join(place, 'workers.sbatch')).trim();
  const said = () =>
    readdirSync(place)
      .filter((name) => name.startsWith('slurm-'))
      .map((name) => readFileSync(join(place, name), 'utf8'))
      .join('');
  const statusOf = async () => JSON.parse((await hypertide(place, 'trials', `${server.url}/digits`, '--json')).out);
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(cluster.run('squeue'), cluster.run('sinfo', '-R'), said());
  });
  const first = submit();
  await until(() => existsSync(join(place, 'started')));
  cluster.run('scancel', first);
  await until(() => said().includes('handed back'));
  writeFileSync(join(place, 'go'), '');
  submit();
  await until(() => said().includes('the study has closed'));
  const rows = (await statusOf()) as { readonly status: string }[];
  expect(rows.map(({ status }) => status)).toEqual(Array(4).fill('completed'));
});

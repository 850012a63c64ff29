import { Argument, type Command, Option } from 'commander';
import { withLog } from '../terminal/withLog.ts';
import {
  byteSize,
  type ExitWith,
  logFormatOption,
  maybeOnServer,
  onServer,
  positiveNumber,
  time,
  wholeNumber,
  withRemote,
} from './arguments.ts';

/** The commands of studies on a NATS server. */
export function declareServer(program: Command, exit: ExitWith): void {
  program.commandsGroup('Server:');

  maybeOnServer(program.command('serve'))
    .summary('run studies for remote trainers')
    .description('Run studies for trainers on any machine, on a NATS server or over HTTP. Resumes studies that exist.')
    .argument('[studies...]', 'study files')
    .option(
      '--all <pattern>',
      "NATS: all studies whose names match, such as 'team-*', besides those of the files; also ones that begin later",
    )
    .option('--max-parallel <n>', 'largest parallel that a request may give a study (default: 1000)', wholeNumber)
    .option('--max-trials <n>', 'largest number of trials that a request may give a study (default: any)', wholeNumber)
    .option('--lease <time>', 'silence after which a trial is lost, such as 2m (default: 30s)', time)
    .option('--once', 'end when all studies have closed')
    .option('--replicas <n>', 'NATS: number of servers that keep a copy of the log (default: 1)', wholeNumber)
    .option('--max-bytes <size>', 'NATS: disk space of each log, such as 2GB, which the server reserves', byteSize)
    .option(
      '--checkpoints <size>',
      'NATS: disk space of the checkpoints of each study, once it has any (default: 10GB, or less if the server has less)',
      byteSize,
    )
    .option('--monitor <address>', 'serve /metrics, /readyz and /healthz at a port or host:port')
    .option('--hooks <file>', 'commands and webhooks to call on events (YAML)')
    .addOption(logFormatOption())
    .option(
      '--http <address>',
      'serve page, requests, agents and metrics at a port or host:port; without --nats, each study is in <name>.jsonl',
    )
    .option('--users <file>', 'HTTP: users and their roles, as http-users prints them (default: only this machine has access)')
    .option('--name <host...>', 'HTTP: host names of a proxy in front of the server')
    .option('--directory <path>', 'HTTP: where to keep studies that requests create; existing ones are resumed')
    .addOption(
      new Option('--fsync <policy>', 'HTTP: when to force writes to the disk (default: interval)').choices(['always', 'interval', 'never']),
    )
    .addHelpText(
      'after',
      `
Examples:
  hypertide serve study.yaml --nats nats://127.0.0.1:4222
  hypertide serve study.yaml --http 8080
  hypertide serve --http 0.0.0.0:8080 --users users.yaml --directory studies

GET /v1/openapi.json describes the requests over HTTP.`,
    )
    .action((studies, options) =>
      exit(
        withLog(options.logFormat, async (log) => {
          if (options.http === undefined || options.nats !== undefined)
            return (await import('../commands/server/serve.ts')).serveStudies(studies, options, log);
          return (await import('../../host/serveHttp.ts')).serveOverHttp(studies, options, log);
        }),
      ),
    );

  onServer(program.command('watch'))
    .summary('follow a study on a server')
    .description('Show a study on a NATS server as it runs, until it closes.')
    .requiredOption('--study <name>', 'name of the study')
    .option('-q, --quiet', 'show only the progress, no line for each message')
    .option('--json', 'print a JSON line for each change')
    .action((options) => exit(import('../commands/server/watch.ts').then(({ watchStudy }) => watchStudy(options))));

  withRemote(program.command('mirror'))
    .summary('send a study to a webhook or to MLflow')
    .description('Send the facts of a study to another system, until the study closes. After a restart, it continues where it was.')
    .addArgument(new Argument('<target>', 'webhook: each entry of the log as a CloudEvent; mlflow: runs').choices(['webhook', 'mlflow']))
    .argument('<url>', 'address of the receiver, or of the MLflow server')
    .argument('[journal]', 'file of the study, unless it is on a server')
    .option('--once', 'end after the entries that the log has now')
    .option('--header <line...>', "header of each request, such as 'Authorization: Bearer ...'")
    .option('--position <file>', 'webhook: file that stores the last position sent (default: <study>.mirror.json)')
    .option('--experiment <name>', 'mlflow: name of the experiment (default: hypertide)')
    .addHelpText(
      'after',
      `
Logs in to MLflow as its own clients do: MLFLOW_TRACKING_TOKEN, or
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.`,
    )
    .action((target, url, journal, options) =>
      exit(
        Promise.all([import('../../stores/study.ts'), import('../commands/server/mirror.ts')]).then(([{ withStudy }, { mirror }]) =>
          withStudy(journal, options, (study) => mirror(study, target, url, options)),
        ),
      ),
    );

  program
    .command('http-users')
    .summary('make tokens for a server over HTTP')
    .description('Print the users of a server over HTTP, and write a token for each.')
    .option('--trainer <name...>', 'names of the trainers, each with a token of its own')
    .option('--operator <name...>', 'names of users that read and change studies')
    .option('--viewer <name...>', 'names of users that only read studies')
    .option('--agent <name...>', 'names of agents, which may do all of this')
    .option('--tokens <directory>', 'where to write the tokens', 'tokens')
    .action((options) => exit(import('../commands/server/httpUsers.ts').then(({ httpUsers }) => httpUsers(options))));

  program
    .command('nats-config')
    .summary('print a NATS configuration with least privilege')
    .description('Print a nats-server.conf that gives engine, trainers, operator and viewer only the rights that they need.')
    .option('--study <name...>', 'names of the studies')
    .option('--team <name...>', 'instead of --study: names of teams, whose engines may use any study of the team')
    .option('--trainer <name...>', 'names of the trainers; with several teams, <team>/<name>')
    .option('--prefix <subject>', 'what the subjects of studies begin with, such as acme.ml (default: ht)')
    .option('--jwt', 'use credentials instead of seeds, so that new users need no reload')
    .option('--days <n>', 'days until new credentials expire (default: never)', positiveNumber)
    .option('--signer <file>', 'only sign credentials with this key, for --user')
    .option('--user <name...>', 'names of new users with the role of --signer')
    .option('--revoke <user...>', 'with --jwt: lock out users, such as vision/w2')
    .option('--nats <url>', 'with --jwt: update this server, without a reload')
    .option('--context <name>', 'instead of --nats: nats context with the server and the certificates to show it')
    .option('--seeds <directory>', 'where to write the keys of the users', 'seeds')
    .option('--store <directory>', 'where the server keeps its streams')
    .option('--max-bytes <size>', 'disk space of the studies of a team, such as 20GB (default: all)', byteSize)
    .option('--host <address>', 'address that the server listens on; 0.0.0.0 lets other machines connect (default: 127.0.0.1)')
    .option('--port <n>', 'port of the server (default: 4222)', wholeNumber)
    .option('--tls-cert <file>', 'certificate of the server (PEM)')
    .option('--tls-key <file>', 'key of the certificate (PEM)')
    .option('--client-ca <file>', 'authority of the certificates that each client must show (PEM)')
    .option('--tls-ca <file>', "with --nats: authority that signed the server's certificate (PEM)")
    .option('-o, --output <file>', 'write the configuration to this file, which stays as it was if there is an error')
    .addHelpText(
      'after',
      `
Examples:
  hypertide nats-config --study digits --trainer w1 w2 -o nats-server.conf
  hypertide nats-config --jwt --team vision nlp --host 0.0.0.0 \\
    --tls-cert cert.pem --tls-key key.pem -o nats-server.conf
  hypertide nats-config --signer seeds/vision/trainer.signer --team vision \\
    --user w1 w2 w3
  hypertide nats-config --jwt --team vision nlp --host 0.0.0.0 \\
    --tls-cert cert.pem --tls-key key.pem --revoke vision/w2 \\
    --nats tls://nats.example.com -o nats-server.conf`,
    )
    .action((options) => exit(import('../commands/server/natsConfig.ts').then(({ natsConfig }) => natsConfig(options))));
}

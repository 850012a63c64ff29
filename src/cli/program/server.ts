import { type Command, Option } from 'commander';
import { type ExitWith, onServer, positiveNumber, wholeNumber } from './arguments.ts';

/** The commands of studies on a NATS server. */
export function declareServer(program: Command, exit: ExitWith): void {
  program.commandsGroup('Server:');

  onServer(program.command('serve'))
    .summary('run studies on a NATS server')
    .description('Run studies on a NATS server, for trainers anywhere. Resumes studies that exist.')
    .argument('<studies...>', 'study files')
    .option('--lease <s>', 'silence after which a trial is lost, in seconds (default: 30)', positiveNumber)
    .option('--replicas <n>', 'servers that keep a copy (default: 1)', wholeNumber)
    .option('--once', 'end when all studies have closed')
    .action((studies, options) => exit(import('../commands/server/serve.ts').then(({ serveStudies }) => serveStudies(studies, options))));

  onServer(program.command('worker'))
    .summary('run a program for trials from a server')
    .description('Run a program for each trial of a study on a NATS server.')
    .argument('<command...>', 'program and its arguments, after --; {name} is a parameter')
    .requiredOption('--study <name>', 'name of the study')
    .option('--name <name>', 'name of this worker (default: a random one)')
    .option('--parallel <n>', 'programs to run at a time (default: 1)', wholeNumber)
    .option('--metric <name>', 'printed name of the value (default: that of the objective)')
    .option('--metric-file <path>', 'file of metrics that the program writes, such as runs/{trial}/metrics.csv')
    .addOption(new Option('--result <which>', 'printed value that is the result (default: last)').choices(['last', 'best']))
    .option('--time-limit <s>', 'time limit of a trial, in seconds (default: none)', positiveNumber)
    .option('--directory <path>', 'where to keep output and checkpoints (default: <study>.trials)')
    .action((command, options) => exit(import('../commands/server/worker.ts').then(({ work }) => work(command, options))));

  onServer(program.command('watch'))
    .summary('follow a study on a server')
    .description('Show a study on a NATS server as it runs, until it closes.')
    .requiredOption('--study <name>', 'name of the study')
    .option('--json', 'print a JSON line for each change')
    .action((options) => exit(import('../commands/server/watch.ts').then(({ watchStudy }) => watchStudy(options))));

  program
    .command('nats-config')
    .summary('print a server configuration with least rights')
    .description('Print a nats-server.conf that gives engine, trainers, operator and viewer the least rights.')
    .requiredOption('--study <name...>', 'names of the studies')
    .requiredOption('--trainer <name...>', 'names of the trainers, each with an account of its own')
    .option('--seeds <directory>', 'where to write the seeds of the users', 'seeds')
    .option('--store <directory>', 'where the server keeps its streams')
    .option('--port <n>', 'port of the server (default: 4222)', wholeNumber)
    .action((options) => exit(import('../commands/server/natsConfig.ts').then(({ natsConfig }) => natsConfig(options))));
}

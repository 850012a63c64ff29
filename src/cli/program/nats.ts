import { type Command, Option } from 'commander';
import { addressOption, type Ending, onServer, seconds, whole } from './arguments.ts';

/** The commands of studies on a NATS server. */
export function declareNats(program: Command, ending: Ending): void {
  onServer(program.command('serve'))
    .description('Run studies on a NATS server, for trainers anywhere; resumes studies that exist.')
    .argument('<studies...>', 'study files')
    .option('--lease <seconds>', 'silence after which a trial counts as lost (default: 30)', seconds)
    .option('--replicas <n>', 'servers that keep a copy (default: 1)', whole)
    .option('--once', 'ends when all studies have closed')
    .action((studies, options) => ending(import('../commands/serve.ts').then(({ serveStudies }) => serveStudies(studies, options))));

  onServer(program.command('worker'))
    .description('Runs a program for each trial of a study on a NATS server.')
    .argument('<command...>', 'the program and its arguments, behind --; {name} stands for a parameter')
    .requiredOption('--study <name>', 'the study')
    .option('--name <name>', 'of this worker (default: a random one)')
    .option('--parallel <n>', 'programs at a time', whole)
    .option('--metric <name>', 'the name of the value that the program prints (default: that of the objective)')
    .addOption(new Option('--result <which>', 'which of the values of a trial is its result (default: last)').choices(['last', 'best']))
    .option('--time-limit <seconds>', 'that a trial may take', seconds)
    .option('--directory <path>', 'for what trials print and save (default: <study>.trials)')
    .action((command, options) => ending(import('../commands/worker.ts').then(({ work }) => work(command, options))));

  onServer(program.command('watch'))
    .description('Shows a study on a NATS server as it runs.')
    .requiredOption('--study <name>', 'the study')
    .option('--json', 'a JSON line for each change')
    .action((options) => ending(import('../commands/watch.ts').then(({ watchStudy }) => watchStudy(options))));

  program
    .command('asyncapi')
    .description('Prints an AsyncAPI document of what goes over a NATS server, with a JSON Schema for each message.')
    .action(() =>
      ending(
        import('../../../streams/nats/asyncapi.ts').then(({ asyncapi }) => {
          process.stdout.write(`${JSON.stringify(asyncapi(), undefined, 2)}\n`);
          return 0;
        }),
      ),
    );

  program
    .command('nats-conform')
    .description('Holds a trainer in any language against what a study on a NATS server expects of it.')
    .argument(
      '<command...>',
      'starts the trainer, behind --; {nats}, {study} and {name} stand for what it is to connect to, work on, and be called',
    )
    .addOption(addressOption())
    .addHelpText(
      'after',
      `
The trainer works on the parameters x, steps, pause and outcome: steps times it waits pause seconds and reports x + step at step 1, 2, ...;
then its result is x, or it throws (outcome "error"), or its result is NaN (outcome "nan"). It takes one trial at a time, and ends with the study.
The studies that are made for it need all rights on the server, and are deleted.

Example:
  hypertide nats-conform --nats nats://127.0.0.1:4222 -- python3 my_trainer.py {nats} {study} {name}`,
    )
    .action((command, options) => ending(import('../commands/natsConform.ts').then(({ natsConform }) => natsConform(command, options))));

  program
    .command('nats-config')
    .description('Prints a nats-server.conf that gives engine, trainers, operator and viewer the least rights.')
    .requiredOption('--study <name...>', 'the studies')
    .requiredOption('--trainer <name...>', 'the trainers, each with an account of its own')
    .option('--seeds <directory>', 'where the seeds of the users are written to', 'seeds')
    .option('--store <directory>', 'where the server keeps its streams')
    .option('--port <n>', 'that the server listens on', whole)
    .action((options) => ending(import('../commands/natsConfig.ts').then(({ natsConfig }) => natsConfig(options))));
}

import { Argument, type Command } from 'commander';
import { version } from '../../version.ts';
import { withLog } from '../terminal/withLog.ts';
import { addressOption, type ExitWith, logFormatOption, positiveNumber, time, wholeNumber, withRemote } from './arguments.ts';

/** The commands for comparing strategies and for building on hypertide. */
export function declareTools(program: Command, exit: ExitWith): void {
  program.commandsGroup('Tools:');

  program
    .command('strategies')
    .summary('list the strategies and their options')
    .description('List the strategies, or show one: what it does, when to use it, and its options with their defaults.')
    .argument('[name]', 'name of a strategy')
    .option('--json', 'print JSON Schema')
    .action((name, options) => exit(import('../commands/tools/strategies.ts').then(({ showStrategies }) => showStrategies(name, options))));

  program
    .command('examples')
    .summary('write the files of an example')
    .description('List the examples, or write the files of one: a program and its study file.')
    .argument('[name]', 'name of an example')
    .option('-o, --output <directory>', 'directory to write into (default: this one)')
    .action((name, options) => exit(import('../commands/tools/examples.ts').then(({ writeExample }) => writeExample(name, options))));

  withRemote(program.command('simulate'))
    .summary('compare strategies on a finished study')
    .description('Compare strategies in virtual time, on the results of a finished study.')
    .argument('<study>', 'study file: the space, the limits and a strategy')
    .option('--from <journal>', 'finished study; a configuration gets the results of the nearest one there')
    .option('--strategies <data...>', 'names or YAML (default: that of the study file)')
    .option('--trainers <n>', 'simulated trainers (default: parallel in the study file)', wholeNumber)
    .option('--trials <n>', 'configurations to try (default: as many as the finished study has)', wholeNumber)
    .option('--cost <steps>', 'steps that all trials together may take', positiveNumber)
    .option('--seconds <time>', 'limit in virtual time, such as 3600 (seconds) or 1h', time)
    .option('--seeds <n>', 'simulated studies per strategy (default: 10)', wholeNumber)
    .option('--json', 'print a JSON line for each strategy')
    .addHelpText(
      'after',
      `
Example:
  hypertide simulate study.yaml --from finished.jsonl --trainers 1000 \\
    --strategies tpe "{chain: [{asha: {min: 1, max: 27}}, tpe]}"`,
    )
    .action((path, options) => exit(import('../commands/tools/simulate.ts').then(({ simulateStudy }) => simulateStudy(path, options))));

  program
    .command('mcp')
    .summary('let an agent work on studies')
    .description('Let an agent work on studies through the Model Context Protocol, over standard input and output.')
    .argument('[studies...]', 'study files')
    .option('--directory <path>', 'where to keep journals; existing ones are resumed', 'studies')
    .option('--name <name>', 'name of the agent in the log', 'agent')
    .option('--trials <n>', 'allowance: trials that the agent may cause (default: no limit)', wholeNumber)
    .option('--cost <steps>', 'allowance: steps that these trials may take (default: no limit)', positiveNumber)
    .option('--dry-run', 'only check what the agent does')
    .option('--lease <time>', 'silence after which a trial is lost, such as 2m (default: 30s)', time)
    .option('--hooks <file>', 'commands and webhooks to call on events (YAML)')
    .option('--http <address>', 'show the studies in a browser, with metrics and health, at a port or host:port')
    .addOption(logFormatOption())
    .addHelpText(
      'after',
      `
An agent with an allowance cannot create or change studies, because it could
exceed its allowance that way. "hypertide serve --http" serves agents at /mcp.

Example of the configuration that most agents take:
  {"command": "hypertide", "args": ["mcp", "--trials", "50"]}`,
    )
    .action((studies, options) =>
      exit(withLog(options.logFormat, async (log) => (await import('../commands/tools/mcp.ts')).serveMcp(studies, options, log))),
    );

  program
    .command('ask-tell')
    .summary('serve another program over standard input')
    .description('Answer ask and tell requests on standard input, one JSON object per line.')
    .option('--journal <file>', 'for studies: the journal; resumes its study (default: in memory)')
    .option('--strategy <data>', 'for spaces: a name or YAML (default: auto, with early stopping if init has max_step)')
    .option('--hooks <file>', 'for studies: commands and webhooks to call on events (YAML)')
    .option('--http <address>', 'for studies: show it in a browser, with metrics and health, at a port or host:port')
    .addHelpText(
      'after',
      `
Each request line gets one answer line. A request with a "seq" is answered as
soon as possible, with the same "seq"; other requests are answered in order.

A program that drives a study, such as the Python package, begins with a
study file as JSON:
  {"cmd":"init","study":{"parameters":{"lr":{"type":"float","low":1e-5,
    "high":0.1,"log":true}},"objective":"minimize loss"}}   (one line)
  {"cmd":"ask"}
      {"id":1,"params":{"lr":0.003}}; "until" is its budget; or {"over":true}
      with "fixed":{"lr":0.01} it has these values, and the strategy's others
  {"cmd":"report","id":1,"step":3,"values":{"loss":0.5}}
      {"stop":false}
  {"cmd":"tell","id":1,"values":{"loss":0.4}}
      or "stopped":true, or "reason":"error" with a "message"
  {"cmd":"limit","trials":100,"parallel":4}
      trials in all, and trials at a time
  {"cmd":"enqueue","params":{"lr":0.01}}, {"cmd":"retract","id":1},
  {"cmd":"trials"}, {"cmd":"best"}, {"cmd":"front"}, {"cmd":"recommend"},
  {"cmd":"importance"}, {"cmd":"quit"}

A harness that compares optimisers begins with a space. Each init starts a
study in memory:
  {"cmd":"init","space":{"lr":{"type":"float","low":1e-5,"high":0.1,
    "log":true}},"seed":1,"direction":"minimize","workers":1}   (one line)
  {"cmd":"ask"}
      {"id":1,"params":{"lr":0.003}}; "until" is the step to pause at, if any
      with "fixed":{"lr":0.01} it has these values, and the strategy's others
  {"cmd":"report","id":1,"step":3,"value":0.5}
      {"stop":false}
  {"cmd":"tell","id":1,"value":0.4}
      null is a failure; add step, stopped and grad where they apply
  {"cmd":"quit"}
Types are float, int and categorical (with choices). A parameter can have
step, and when: {"param":"opt","in":["sgd"]}. An init can have budget (trials)
and max_step (steps of a whole training): asha, hyperband and bohb then need no
min and max, and trials pause unless you set pause: false.`,
    )
    .action((options) => exit(import('../commands/tools/askTell.ts').then(({ askTell }) => askTell(options))));

  program
    .command('asyncapi')
    .summary('print the NATS messages as AsyncAPI')
    .description('Print an AsyncAPI document of all NATS messages, with a JSON Schema for each.')
    .option('--prefix <subject>', 'what the subjects of your studies begin with (default: ht)')
    .action((options) => exit(import('../commands/tools/asyncapi.ts').then(({ printAsyncapi }) => printAsyncapi(options))));

  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description('Print a script that completes commands, options and their values in your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  source <(hypertide completion bash)    in ~/.bashrc; likewise for zsh
  hypertide completion fish > ~/.config/fish/completions/hypertide.fish`,
    )
    .action((shell) => exit(import('../commands/tools/completion.ts').then(({ printCompletion }) => printCompletion(program, shell))));

  program
    .command('nats-conform')
    .summary('test a NATS trainer in any language')
    .description('Check that your trainer conforms: claims, heartbeats, stops, dropped and half-open connections.')
    .argument('<command...>', 'command that starts the trainer, after --, with {nats}, {study} and {name}')
    .addOption(addressOption().makeOptionMandatory())
    .addHelpText(
      'after',
      `
{nats} is the server to connect to, {study} the study to work on, and {name}
the name of the trainer. The trainer gets the parameters x, steps, pause and
outcome: for each of the steps it waits pause seconds and reports x + step,
then its result is x, or it throws (outcome "error"), or its result is NaN
(outcome "nan"). It takes one trial at a time and ends with the study. The
check creates its studies with all rights on the server, and deletes them.

Example:
  hypertide nats-conform --nats nats://127.0.0.1:4222 -- \\
    python3 my_trainer.py {nats} {study} {name}`,
    )
    .action((command, options) =>
      exit(import('../commands/tools/natsConform.ts').then(({ natsConform }) => natsConform(command, options))),
    );

  program
    .command('version', { hidden: true })
    .description('Print the version.')
    .summary('print the version')
    .action(() => void process.stdout.write(`${version}\n`));
}

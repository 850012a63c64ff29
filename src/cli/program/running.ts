import { type Command, Option } from 'commander';
import { type Ending, port, seconds, whole, withRemote } from './arguments.ts';

/** The commands that decide what is tried. */
export function declareRunning(program: Command, ending: Ending): void {
  program
    .command('strategies')
    .description('List the strategies, or show one: what it does, when to use it, and its options with their defaults.')
    .argument('[name]', 'name of a strategy')
    .option('--json', 'as JSON Schema')
    .action((name, options) => ending(import('../commands/strategies.ts').then(({ showStrategies }) => showStrategies(name, options))));

  program
    .command('run')
    .description('Run a program for each trial; resumes a study that was interrupted.')
    .argument('<study>', 'study file, YAML or JSON')
    .argument('[command...]', 'the program and its arguments, behind --; {name} stands for a parameter')
    .option('--journal <file>', 'where the study is kept (default: <name of the study>.jsonl)')
    .option('--parallel <n>', 'programs at a time', whole)
    .option('--trials <n>', 'configurations to try', whole)
    .option('--metric <name>', 'the name of the value to optimise, as the program prints it')
    .option('--seed <seed>', 'of all randomness')
    .addOption(new Option('--fsync <policy>', 'when what is written is forced to the disk').choices(['always', 'interval', 'never']))
    .option('--json', 'a JSON line for each trial')
    .option('--dashboard [port]', 'shows the study in a browser as it runs', port)
    .addHelpText(
      'after',
      `
The command is run without a shell, once for each trial, --parallel at a time. Within its arguments
  {name}                            stands for the value of that parameter
  {trial} {attempt} {slot} {study}  numbers and name; a slot is in [0, parallel), so that each program may have a device of its own
  {budget} {resumes} {checkpoint}   of trials that go on from others
  {params}                          the path of a JSON file that holds all parameters
  {args}                            as an argument of its own: --name value for each parameter
The environment has the same: HYPERTIDE_PARAM_LR, HYPERTIDE_PARAMS (JSON), HYPERTIDE_PARAMS_FILE, HYPERTIDE_TRIAL, HYPERTIDE_ATTEMPT,
HYPERTIDE_SLOT, HYPERTIDE_BUDGET, HYPERTIDE_CHECKPOINT (to go on from) and HYPERTIDE_CHECKPOINT_DIR (to save in:
each attempt has its own). A program ends with the run that started it, also when that is killed.

Its output is read for values, and kept in a log:
  {"step": 3, "loss": 0.41}  or  step=3 loss=0.41                a report; a trial that falls behind gets SIGTERM
  {"loss": 0.38, "metrics": {"size": 12}}  or  loss=0.38         the result; without one, the last report is the result
  Epoch 3/20, then  loss: 0.41 - val_loss: 0.5                   a report of val_loss, if that is the objective; so are progress bars
                                                                 (Keras, Lightning), tables (fastai) and lines such as XGBoost's
  {"checkpoint": "epoch-3.pt"}                                   what a later attempt may go on from
  {"infeasible": "out of memory"}                                this configuration cannot be run

The value that counts is the one that "objective: minimize val_loss" in the study file or --metric val_loss names. Without a name it is
"value", or the only value printed whose name is usually minimised (loss, rmse, ...; with maximize: accuracy, auc, ...).

With "epochs: 27" in the study file, trials that fall behind are stopped early, which needs reports and nothing else; "early: false" trains
all to the end. A strategy that pauses trials and resumes them needs "resumes: true", or {checkpoint} or {budget} in the command.

Ctrl-C ends the programs; the same command goes on with the study. Limits and parallel, of the study file or as options, count where they are
not what they were at the last start: so they do not undo what hypertide change has said since.

Examples:
  hypertide run study.yaml -- python train.py --lr {lr} --units {units}
  hypertide run study.yaml --parallel 4 -- env CUDA_VISIBLE_DEVICES={slot} python train.py {args}
  hypertide run study.yaml --trials 200 --json > trials.jsonl`,
    )
    .action((study, command, options) =>
      ending(import('../commands/run.ts').then(({ runPrograms }) => runPrograms(study, command, options))),
    );

  program
    .command('check')
    .description('Runs the program twice for a short time, and says what a study would hear and could do.')
    .argument('<study>', 'study file, YAML or JSON')
    .argument('[command...]', 'the program and its arguments, behind --; {name} stands for a parameter')
    .option('--metric <name>', 'the name of the value to optimise, as the program prints it')
    .option('--seconds <s>', 'how long each run may take (default: 60)', seconds)
    .addHelpText(
      'after',
      `
It says which arguments the program got, which value and which steps were heard, whether the program keeps to its budget, ends at SIGTERM and
resumes from its checkpoint, and which way of early stopping follows. Nothing is kept. Exit status: 0 if a value was heard, else 1.

Example:
  hypertide check study.yaml -- python train.py --lr {lr} --units {units}`,
    )
    .action((study, command, options) =>
      ending(import('../commands/check.ts').then(({ checkProgram }) => checkProgram(study, command, options))),
    );

  withRemote(program.command('simulate'))
    .description('Compares strategies in virtual time, by what a finished study knows.')
    .argument('<study>', 'study file: the space, the limits, and a strategy')
    .option('--from <journal>', 'the finished study: each configuration does what the nearest recorded one did')
    .option('--strategies <data...>', 'names or YAML (default: that of the study file)')
    .option('--trainers <n>', 'simulated ones (default: parallel in the study file)', whole)
    .option('--trials <n>', 'configurations to try', whole)
    .option('--cost <steps>', 'what all trials may cost', seconds)
    .option('--seconds <s>', 'virtual seconds', seconds)
    .option('--seeds <n>', 'studies of each strategy (default: 10)', whole)
    .option('--json', 'a JSON line for each strategy')
    .addHelpText(
      'after',
      `
Example:
  hypertide simulate study.yaml --from finished.jsonl --strategies tpe "{chain: [{asha: {min: 1, max: 27}}, tpe]}" --trainers 1000`,
    )
    .action((path, options) => ending(import('../commands/simulate.ts').then(({ simulateStudy }) => simulateStudy(path, options))));

  program
    .command('ask-tell')
    .description('Answer ask and tell requests on standard input, one JSON object per line.')
    .option(
      '--strategy <data>',
      'for an init with a space: a name or YAML, as in a study file (default: auto, with early stopping if init has max_step)',
    )
    .option('--journal <path>', 'for an init with a study: the file that keeps it (default: in memory); resumes a study that it holds')
    .addHelpText(
      'after',
      `
Each line is answered by one line. For programs that drive a study, such as the Python package:
  {"cmd":"init","study":{"parameters":{"lr":{"type":"float","low":1e-5,"high":0.1,"log":true}},"objective":"minimize loss","epochs":81}}
  {"cmd":"ask"}                                     {"id":1,"params":{"lr":0.003},"until":81}, or {"over":true}
  {"cmd":"report","id":1,"step":3,"values":{"loss":0.5}}           {"stop":false}
  {"cmd":"tell","id":1,"values":{"loss":0.4}}       or "stopped":true, or "reason":"error" with a "message"
  {"cmd":"limit","trials":100,"parallel":4}         how many trials in all, and how many at once
  {"cmd":"enqueue","params":{"lr":0.01}}   {"cmd":"retract","id":1}   {"cmd":"trials"}   {"cmd":"best"}   {"cmd":"quit"}
A request with a "seq" is answered as soon as possible, by a line with the same "seq"; so several can be under way.

For harnesses that compare optimizers: one study from each init to the next, in memory.
  {"cmd":"init","space":{"lr":{"type":"float","low":1e-5,"high":0.1,"log":true}},"seed":1,"direction":"minimize","workers":1}
  {"cmd":"ask"}                                     {"id":1,"params":{"lr":0.003}}, and until, where the trial pauses at a step
  {"cmd":"report","id":1,"step":3,"value":0.5}      {"stop":false}
  {"cmd":"tell","id":1,"value":0.4}                 null for a failure; with step, stopped and grad where they apply
Types are float, int and categorical (with choices); a parameter may have step, and when: {"param":"opt","in":["sgd"]}. An init may have
budget (trials) and max_step (steps of a whole training).`,
    )
    .action((options) => import('../commands/askTell.ts').then(({ askTell }) => askTell(options)));
}

import type { Command } from './command.ts';

/** A row of the overview: what a command does in a few words, and the file that it is in. */
export interface Leaf {
  readonly summary: string;
  load(): Promise<Command>;
}
/** A group of commands. */
export interface Branch {
  readonly summary: string;
  readonly commands: Readonly<Record<string, Leaf>>;
  /** The command that is meant if the second word is left out. */
  readonly usual?: string;
}

const leaf = (summary: string, load: () => Promise<Command>): Leaf => ({ summary, load });

const study: Branch = {
  summary: 'studies as a whole, and what their results say',
  commands: {
    list: leaf('list the studies in a folder or on a server', async () => (await import('./commands/study/list.ts')).command),
    create: leaf('begin a study that others run', async () => (await import('./commands/study/create.ts')).command),
    import: leaf('add finished trials from JSON lines or CSV', async () => (await import('./commands/study/import.ts')).command),
    pause: leaf('suggest no new trials', async () => (await import('./commands/study/pause.ts')).pause),
    resume: leaf('suggest new trials again', async () => (await import('./commands/study/pause.ts')).resume),
    close: leaf('end a study now', async () => (await import('./commands/study/pause.ts')).close),
    plot: leaf('draw a figure as SVG or HTML', async () => (await import('./commands/study/plot.ts')).command),
    importance: leaf('print how much each parameter matters', async () => (await import('./commands/study/importance.ts')).command),
    report: leaf('write one HTML file about studies', async () => (await import('./commands/study/report.ts')).command),
    verify: leaf('recompute every suggestion from the log', async () => (await import('./commands/study/verify.ts')).command),
    repair: leaf('write a repaired copy of a damaged journal', async () => (await import('./commands/study/repair.ts')).command),
    copy: leaf('begin a study with the entries of another one', async () => (await import('./commands/study/copy.ts')).command),
    archive: leaf('write a study into one file', async () => (await import('./commands/study/archive.ts')).command),
    restore: leaf('restore a study from an archive', async () => (await import('./commands/study/restore.ts')).command),
    delete: leaf('delete a study and the files of its trials', async () => (await import('./commands/study/delete.ts')).command),
  },
};

const trial: Branch = {
  summary: 'single trials',
  commands: {
    list: leaf('print all trials, or the facts of one', async () => (await import('./commands/trial/list.ts')).command),
    logs: leaf('print what a trial printed', async () => (await import('./commands/trial/logs.ts')).command),
    enqueue: leaf('try a configuration next', async () => (await import('./commands/trial/enqueue.ts')).command),
    annotate: leaf('add a note, labels or a star to a trial', async () => (await import('./commands/trial/annotate.ts')).command),
    confirm: leaf('try the best configurations again', async () => (await import('./commands/trial/confirm.ts')).command),
    retry: leaf('try failed trials again', async () => (await import('./commands/trial/retry.ts')).command),
    retract: leaf('declare the result of a trial wrong', async () => (await import('./commands/trial/retract.ts')).retract),
    cancel: leaf('stop an open trial', async () => (await import('./commands/trial/retract.ts')).cancel),
  },
};

const worker: Branch = {
  summary: 'run a program for trials from a server',
  usual: 'start',
  commands: {
    start: leaf('run a program for trials from a server', async () => (await import('./commands/worker/start.ts')).command),
    list: leaf('list the workers of a study', async () => (await import('./commands/worker/list.ts')).command),
    drain: leaf('let a worker finish its trials and end', async () => (await import('./commands/worker/instruct.ts')).drainWorker),
    pause: leaf('stop a worker from taking trials', async () => (await import('./commands/worker/instruct.ts')).pauseWorker),
    resume: leaf('let a worker take trials again', async () => (await import('./commands/worker/instruct.ts')).resumeWorker),
  },
};

const server: Branch = {
  summary: 'serve studies, and let people and systems reach them',
  commands: {
    start: leaf('run studies for remote trainers', async () => (await import('./commands/server/start.ts')).command),
    render: leaf('write the files that a platform.yaml declares', async () => (await import('./commands/server/platform.ts')).render),
    plan: leaf('say what "server apply" would change', async () => (await import('./commands/server/platform.ts')).plan),
    sign: leaf('make logins with the key of a role', async () => (await import('./commands/server/sign.ts')).command),
    apply: leaf('render, and update running servers', async () => (await import('./commands/server/platform.ts')).apply),
    doctor: leaf('say what is not as declared, and what teams use', async () => (await import('./commands/server/platform.ts')).doctor),
    users: leaf('make tokens for a server over HTTP', async () => (await import('./commands/server/users.ts')).command),
    mcp: leaf('let an agent work on studies', async () => (await import('./commands/server/mcp.ts')).command),
  },
};

const dev: Branch = {
  summary: 'compare strategies, and build on hypertide',
  commands: {
    strategies: leaf('list the strategies and their options', async () => (await import('./commands/dev/strategies.ts')).command),
    examples: leaf('write the files of an example', async () => (await import('./commands/dev/examples.ts')).command),
    simulate: leaf('compare strategies on a finished study', async () => (await import('./commands/dev/simulate.ts')).command),
    'ask-tell': leaf('serve another program over standard input', async () => (await import('./commands/dev/askTell.ts')).command),
    completion: leaf(
      'print a script that completes commands in a shell',
      async () => (await import('./commands/dev/completion.ts')).command,
    ),
  },
};

/** Commands that are called by two words. */
export const groups: Readonly<Record<string, Branch>> = { study, trial, worker, server, dev };

/** All commands by their headings in the overview, and in its order. */
export const commands: Readonly<Record<string, Readonly<Record<string, Leaf | Branch>>>> = {
  'Every day': {
    init: leaf('begin here: write a study file from the help of a program', async () => (await import('./commands/init.ts')).command),
    check: leaf('test whether a program works with a study', async () => (await import('./commands/check.ts')).command),
    run: leaf('tune a program; resume an interrupted study', async () => (await import('./commands/run.ts')).command),
    best: leaf('print the best trial, or the Pareto front', async () => (await import('./commands/best.ts')).command),
    why: leaf('print why a trial was suggested, or stopped', async () => (await import('./commands/why.ts')).command),
    dashboard: leaf('show studies in a browser', async () => (await import('./commands/dashboard.ts')).command),
    change: leaf('change limits, strategy or pace of a study', async () => (await import('./commands/change.ts')).command),
    export: leaf('write all trials as JSON, CSV or Parquet', async () => (await import('./commands/export.ts')).command),
  },
  'Short for a command of a group': {
    trials: trial.commands.list!,
    serve: server.commands.start!,
    verify: study.commands.verify!,
    pause: study.commands.pause!,
    resume: study.commands.resume!,
    'ask-tell': dev.commands['ask-tell']!,
  },
  Groups: groups,
};

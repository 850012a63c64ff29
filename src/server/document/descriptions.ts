import type { OperationId } from '../operations.ts';

/** What people and agents read about an operation besides its summary. */
export interface Description {
  /** Its name, for people. */
  readonly title: string;
  /** What the answer contains, and what comes next. */
  readonly answer: string;
}

const FACT = 'The answer has the fact that was written, and its position in the log.';

/** A paragraph about each operation, for the OpenAPI document and the tools of agents. */
export const descriptions: Readonly<Record<OperationId, Description>> = {
  listStudies: {
    title: 'List studies',
    answer:
      'The answer has the state of each study: its name, how many trials are open, completed, stopped and failed, the best one, and why it is closed. Use a name as `study` elsewhere.',
  },
  createStudy: {
    title: 'Create a study',
    answer:
      'A study file: `name`; `parameters` by name, each one of { type: float, low, high, log: true }, { type: int, low, high }, { type: boolean }, { type: choice, values: [...] }, { type: ordinal, values: [...] }; ' +
      '`objective`: minimize or maximize and the name of a value, such as "minimize loss"; `trials`: how many configurations to try; `parallel`: how many at a time; ' +
      '`epochs`: the most epochs of a trial, with which trials that fall behind are stopped early; `strategy`: leave it out for a good default. The answer has the state of the study. Then ask for its trials.',
  },
  getStudy: {
    title: 'Get a study',
    answer:
      'The answer has the state of the study, and in `created` its parameters, objectives, strategy and limits. The names of the objectives are those of `values` in tell and report.',
  },
  ask: {
    title: 'Claim a trial',
    answer:
      'It waits up to `wait` seconds (30 by default). The answer has `next`: with `trial`, evaluate its `params`, in a study of examples on those whose places are in `examples` (default: all), in this order; keep its `trial` and `run`, which each report, heartbeat, tell, stopped and fail about it needs. ' +
      'Without a message for `lease` seconds the trial goes to another trainer. With `wait`, no trial is due: ask again. With `over`, there are no more trials, and `reason` says why.',
  },
  report: {
    title: 'Report a value',
    answer:
      'Optional: an intermediate result, with increasing `step` such as the epoch, so that bad trials stop early. If the answer has `stop: true`, end the trial and call stopped instead of tell. In a study of examples, send the result of each example in `results`: its place, a value for each objective, and its outcome constraints, if there are any; `step` counts them, and the study computes their means. A report counts as a heartbeat.',
  },
  heartbeat: {
    title: 'Send a heartbeat',
    answer:
      'Needed if more than the `lease` of the ask passes without a report. If the answer has `stop: true`, end the trial and call stopped.',
  },
  tell: {
    title: 'Tell a result',
    answer:
      'Ends the trial: `values` has a number for each objective, by its name. In a study of examples, leave it out: it follows from the results that were reported. If there is no result, call fail instead. Then ask for the next trial.',
  },
  stopped: {
    title: 'Tell that a trial was stopped',
    answer: 'Ends the trial after an answer with `stop: true`; its last report is its result. Then ask for the next trial.',
  },
  fail: {
    title: 'Tell that a trial failed',
    answer:
      'Ends the attempt without a result. `reason` says why; with `preempted`, another trainer continues the trial. Then ask for the next trial.',
  },
  best: {
    title: 'Get the best trial',
    answer: 'The answer is the best completed trial with its `params` and `values`, or null before the first result.',
  },
  front: {
    title: 'Get the front',
    answer: 'The answer has the completed trials that no other one beats in all objectives; with one objective, the best trial.',
  },
  match: {
    title: 'Check the space',
    answer: 'The answer has the state of the study, or the request is refused and the error names what differs.',
  },
  listTrials: {
    title: 'List trials',
    answer:
      'The answer has a page of trials with their parameters, status and values. If it has `next`, there are more: pass it as `after`.',
  },
  getTrial: {
    title: 'Get a trial',
    answer: 'The answer has its parameters, status and values, or why it failed. To learn why it was suggested, call why.',
  },
  facts: {
    title: 'Read the log',
    answer: 'The answer has the entries after the position `after`, in order: all that happened in the study.',
  },
  why: {
    title: 'Explain a suggestion',
    answer:
      'The answer has the strategy that suggested the trial (`by`), its phase, the value that was expected of it, and for a stopped trial what stopped it. It recomputes the suggestion from the log, which takes a while in a long study.',
  },
  importance: {
    title: 'Get importances',
    answer:
      'The answer has the share of each parameter in the variation of the results, with 90 % intervals, by two methods: `fanova` over all results, `pedAnova` among the best ones. It is null if there are too few results. Parameters with a high share are worth a closer look.',
  },
  turn: {
    title: 'Wait for the turn of a proposer',
    answer:
      'Only for studies whose strategy has a stage `external`. The answer has `next`: with `propose`, call propose; with `wait`, call this again; with `over`, the study has ended.',
  },
  listTrainers: {
    title: 'List trainers',
    answer:
      'The answer has for each trainer the trials that it holds, how many of its trials ended with a result or an error, and its instruction. To change that, call instruct.',
  },
  enqueue: {
    title: 'Enqueue a configuration',
    answer: `${FACT} The next ask gets this configuration; the strategy or chance adds missing parameters.`,
  },
  propose: { title: 'Propose a configuration', answer: `${FACT} The configuration is tried when the stage of this proposer is asked.` },
  retract: { title: 'Retract a result', answer: `${FACT} Strategies no longer learn from the trial. It cannot be undone.` },
  cancel: {
    title: 'Cancel a trial',
    answer: `${FACT} The trainer of the trial hears of it with its next report or heartbeat. It cannot be undone.`,
  },
  annotate: { title: 'Annotate a trial or the study', answer: `${FACT} Only people see notes, labels and stars; strategies do not.` },
  change: {
    title: 'Change the settings',
    answer: `${FACT} The new settings hold from there on; \`more\` adds trials, and reopens a closed study.`,
  },
  instruct: { title: 'Instruct a trainer', answer: `${FACT} The current trials of the trainer continue.` },
  watch: { title: 'Watch studies', answer: 'First come the current state and all trials, then changes, at most ten times a second.' },
  whoAmI: { title: 'Get the user', answer: 'The answer has the name and the role of your token; without users, only the role.' },
  signIn: { title: 'Sign in', answer: 'The answer sets a cookie, and has your name and your role.' },
  summary: { title: 'Get a summary', answer: 'The answer has the settings in force, counts and cost of the study, and its best trial.' },
  recommendation: {
    title: 'Get the recommendation',
    answer:
      'The answer has the trial to deploy, which with noisy results need not be the best one, a verdict on whether to go on with what it depends on, and, if the configuration ran three times, what it would give again: the ranges of half and of nine in ten repetitions. `costs` has what other values of a parameter would cost. It is null before the first results.',
  },
  examples: {
    title: 'Get the results on examples',
    answer:
      'The answer has the results of the first objective on each example, for at most 40 configurations: those with the most results, the leader first. It also has the examples from easy to hard, and those on which all configurations have the worst value. It is null in a study without examples, and before the first trial has ended.',
  },
  moment: {
    title: 'Replay to an entry',
    answer:
      'The answer has the machines of the strategies after the entry, and what led to their phases. With `x` and `y`, it also has what the model of the strategy that suggests next predicts over these parameters; all others are as in the next suggestion or, after the last one, as in the best trial. Strategies without a model, and those that have too few results for one, predict nothing.',
  },
  getReport: { title: 'Get a report', answer: 'The answer is a file that shows the study in a browser, without a server.' },
  trialFacts: {
    title: 'Read the log of a trial',
    answer: 'The answer has the entries about the trial, with positions, times and authors.',
  },
  listFiles: { title: 'List the files of a trial', answer: 'The answer has the path and the size of each file.' },
  getFile: { title: 'Get a file of a trial', answer: 'The answer is the file.' },
  addFile: { title: 'Add a file to a trial', answer: 'The answer has the path of the file.' },
  close: {
    title: 'End the study',
    answer: `${FACT} Open trials are stopped, and an ask gets \`over\`. To reopen the study, change its limits.`,
  },
};

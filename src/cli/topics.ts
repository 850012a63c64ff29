/** Options that every command accepts, to log in to servers. */
export const connectionOptions = [
  ['--context <name>', 'server and login of this context of the nats command'],
  ['--creds <file>', 'NATS: credentials (JWT) to log in with'],
  ['--nkey <file>', 'NATS: seed of the nkey to log in with'],
  ['--tls-ca <file>', "NATS: authority that signed the server's certificate"],
  ['--tls-cert <file>', 'NATS: your own certificate (PEM)'],
  ['--tls-key <file>', 'NATS: key of your certificate (PEM)'],
  ['--token <file>', 'HTTP: file with your token'],
] as const;

const connection = `The address of a study:
  digits.jsonl           its journal, or digits.yaml, whose journal is meant
  runs/                  the only study in this folder
  nats://host/digits     on a NATS server; tls://host/digits is encrypted
  http://host/digits     on a server that "hypertide serve --http" started
  digits                 on the server of the context, or of HYPERTIDE_NATS
  (nothing)              the only study there or, without a server, in this folder
Commands on several studies take a folder or a server: nats://host, http://host.

Every command accepts:
${connectionOptions.map(([flags, text]) => `  ${flags.padEnd(21)}${text}`).join('\n')}

"nats context add lab --server nats://host --creds me.creds" stores a server
with its login. For one project, write them into hypertide.yaml in the working
directory: server, creds, nkey, tlsCa, tlsCert, tlsKey, token, or context. A
login is used only for the server that it stands next to.
`;

const command = `The command of a study runs without a shell, once per trial. It can contain:
  {name}                 the value of this parameter
  {?name}                nothing; the argument is left out unless the parameter
                         is true, as in --bias{?bias}; --no-bias{!bias}: false
  {args}                 as an argument by itself: --name value for each
                         parameter
  {params}               the path of a JSON file with all parameters
  {study} {trial} {attempt}
  {slot}                 0 to parallel - 1, for example to choose a GPU
  {budget}               the step up to which to train
  {resumes} {checkpoint} the trial to resume and its checkpoint
  {examples}             the path of a file with the examples to evaluate, a name
                         a line, in this order
The same values are in the environment: HYPERTIDE_PARAM_LR for the parameter lr,
HYPERTIDE_PARAMS (JSON), HYPERTIDE_PARAMS_FILE, HYPERTIDE_TRIAL,
HYPERTIDE_ATTEMPT, HYPERTIDE_SLOT, HYPERTIDE_BUDGET, HYPERTIDE_CHECKPOINT
(checkpoint to load), HYPERTIDE_CHECKPOINT_DIR (where to save checkpoints; each
attempt has its own) and HYPERTIDE_EXAMPLES_FILE. When hypertide ends or is
killed, its programs end.
`;

const output = `Hypertide keeps the output of a program and reads values from it:
  {"step": 3, "loss": 0.41}  or  step=3 loss=0.41
      reports a value; a trial that falls behind gets SIGTERM
  {"loss": 0.38, "metrics": {"size": 12}}  or  loss=0.38
      is the result; without one, the last report is the result
  Epoch 3/20, then  loss: 0.41 - val_loss: 0.5
      reports val_loss, if that is the objective; progress bars (Keras,
      Lightning), tables (fastai) and XGBoost's lines are read too
  {"example": "q17", "score": 1}  or  example=q17 score=1
      is the result of an example, if the study file has examples; the result is
      the mean of score over all of them
  {"checkpoint": "epoch-3.pt"}
      names a checkpoint that a later attempt can load
  {"infeasible": "out of memory"}
      says that this configuration cannot run
With metricFile in the study file, values are read from that file: JSON, JSON
lines or CSV. Its path can contain {trial} and the others of "help command".

"objective: minimize val_loss" in the study file names the value to optimise.
Without a name it is "value", or the value that the names of all printed values
show: val_loss rather than loss, and loss rather than its part kl. If several
could be meant, hypertide ends the program and asks.

"epochs: 27" in the study file turns on early stopping: trials that fall behind
are stopped. Your program only has to report values. A strategy that pauses and
resumes trials needs "resumes: true", or {checkpoint} or {budget} in the command.

"examples: 200" or "examples: questions.txt" (a name a line) is for a program
that is scored on many examples, such as questions, folds or instances: trials
are compared on a few of them, and the best one is evaluated on all.
`;

const askTell = `"hypertide dev ask-tell" answers each line with one line. A request with a "seq"
is answered as soon as possible, with the same "seq"; others in order.

A program that drives a study, such as the Python package, begins with a
study file as JSON:
  {"cmd":"init","study":{"parameters":{"lr":{"type":"float","low":1e-5,
    "high":0.1,"log":true}},"objective":"minimize loss"}}   (one line)
      or "trainer":{"address":"nats://host/digits"}: a study on a server
  {"cmd":"ask"}
      {"trial":1,"params":{"lr":0.003}}; "budget" is its last step; or {"over":true}
      with "fixed":{"lr":0.01} it has these values, and the strategy's others
  {"cmd":"report","trial":1,"step":3,"values":{"loss":0.5}}
      {"stop":false}
      with "examples" in the study, a trial has the places of those to evaluate
      in "examples" (default: all); report each, with the step 1, 2, ..., such as
      "values":{"loss":0.5},"results":[[17,0.5]]; outcome constraints, whose
      means must be at most 0, follow the values, as in [17,0.5,-0.2]
  {"cmd":"tell","trial":1,"values":{"loss":0.4}}
      or "stopped":true, or "reason":"error" with a "message"; after results of
      examples, the values follow from these, so leave them out
  {"cmd":"limit","trials":100,"parallel":4}
      trials in all, and trials at a time
  {"cmd":"enqueue","params":{"lr":0.01}}, {"cmd":"retract","trial":1},
  {"cmd":"trials"}, {"cmd":"best"}, {"cmd":"front"}, {"cmd":"recommend"},
  {"cmd":"importance"}, {"cmd":"quit"}
`;

/** Texts that `hypertide help <topic>` prints. */
export const topics: Readonly<Record<string, string>> = { connection, command, output, 'ask-tell': askTell };

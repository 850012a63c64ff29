/** An example for `hypertide run`, shown if no study file is named. */
export const RUN_EXAMPLE = `expected a study file, such as study.yaml:

  parameters:
    lr: { type: float, low: 1e-4, high: 0.3, log: true }
    layers: { type: int, low: 1, high: 8 }
  objective: minimize loss
  trials: 40

and the command of a program that prints its loss, such as loss=0.41:

  hypertide run study.yaml -- python3 train.py --lr {lr} --layers {layers}

"hypertide init -- python3 train.py" writes a study file from the options of a
program, and "hypertide run --help" shows all that run can do.
`;

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { directory, hypertide } from './support.ts';

/** Programs as people have them, in awk, which starts fast: x is the learning rate, and e the epoch. */
interface Program {
  readonly name: string;
  /** The lines that it prints in each epoch. */
  readonly epoch?: string;
  /** What it prints or writes at the end. */
  readonly end?: string;
  readonly from?: number;
  /** Whether a study without a name for the value hears it, and the lines that `check --fix` writes otherwise. */
  readonly fix?: Readonly<Record<string, string>>;
  /** The last step of a trial; undefined if none is reported. */
  readonly steps?: number;
}

const EPOCHS = 4;
const programs: readonly Program[] = [
  { name: 'one loss', epoch: String.raw`printf "epoch=%d loss=%.4f\n", e, loss`, steps: 4 },
  { name: 'epochs from 0', epoch: String.raw`printf "epoch %d, loss: %.4f\n", e, loss`, from: 0, steps: 4 },
  {
    name: 'a pair of losses',
    epoch: String.raw`printf "Epoch %d/4: train_loss=%.4f val_loss=%.4f\n", e, loss * 0.9, loss`,
    steps: 4,
  },
  {
    name: 'JSON with objects within',
    epoch: String.raw`printf "{\"step\": %d, \"train\": {\"loss\": %.4f}, \"eval\": {\"loss\": %.4f, \"accuracy\": 0.5}, \"lr\": 0.01, \"time\": %d}\n", 100 * e, loss * 0.9, loss, e`,
    steps: 400,
  },
  {
    name: 'blocks of lines',
    epoch: String.raw`printf "Epoch %d\n-----\ntrain\n  loss: %.4f\nvalid\n  loss: %.4f\n", e, loss * 0.9, loss`,
    steps: 4,
  },
  {
    name: 'XGBoost',
    epoch: String.raw`printf "[%d]\ttrain-rmse:%.4f\tvalidation-rmse:%.4f\n", e, loss * 0.9, loss`,
    from: 0,
    steps: 4,
  },
  {
    name: 'dictionaries of Hugging Face',
    epoch: String.raw`printf "{%closs%c: %.4f, %clearning_rate%c: 5e-05, %cepoch%c: %.1f}\n{%ceval_loss%c: %.4f, %ceval_runtime%c: 1.5, %cepoch%c: %.1f}\n", 39, 39, loss * 0.9, 39, 39, 39, 39, e, 39, 39, loss, 39, 39, 39, 39, e`,
    steps: 4,
  },
  {
    name: 'R, with a standard error above the result',
    end: String.raw`printf "Residual standard error: 1.21 on 28 degrees of freedom\n[1] \"RMSE\"\n[1] %.4f\n", loss`,
  },
  {
    name: 'an accuracy in a report',
    end: String.raw`printf "           precision    recall  f1-score   support\n\n    accuracy                 %.3f       100\n", 1 - loss / 3`,
    fix: { objective: 'maximize accuracy' },
  },
  {
    name: 'the terms of a variational bound',
    epoch: String.raw`printf "====> Epoch: %d Average ELBO: %.4f (rec %.4f, kl 12.5)\n", e, -loss, loss`,
    fix: { objective: 'maximize elbo' },
    steps: 4,
  },
  {
    name: 'losses of a detector',
    epoch: String.raw`printf "Epoch(train) [%d][50/50] loss_cls: 0.2 loss_bbox: 0.3 loss: %.4f\nEpoch(val) [%d][9/9] coco/bbox_mAP: %.4f\n", e, loss, e, 1 - loss / 3`,
    fix: { objective: 'maximize val_coco/bbox_mAP' },
    steps: 4,
  },
  {
    name: 'a table in a file',
    end: String.raw`print "max_epochs=4 lr=0.1 time=12"; print "epoch,train_loss,val_loss" > "metrics.csv"; for (e = 0; e < 4; e++) printf "%d,%.4f,%.4f\n", e, loss, loss / (e + 1) > "metrics.csv"`,
    fix: { objective: 'minimize val_loss', metricFile: 'metrics.csv' },
    steps: 4,
  },
  {
    name: 'an object in a file',
    end: String.raw`print "done"; printf "{\"best_epoch\": 3, \"rmse\": %.4f, \"train_time\": 12}", loss > "result.json"`,
    fix: { objective: 'minimize rmse', metricFile: 'result.json' },
  },
];

const LOSS = 'function loss_at(n) { return 1 + (x - 0.3) ^ 2 - exp(-3 / (n + 1)) / 2 }';

/** A study of such a program, in a directory of its own. */
function studyOf({ epoch = '', end = '', from = 1 }: Program): string {
  const place = directory();
  const loop = `for (e = ${from}; e < ${from + EPOCHS}; e++) { loss = loss_at(e - ${from}); ${epoch}; fflush() }`;
  writeFileSync(join(place, 'train.awk'), `${LOSS}\nBEGIN { ${epoch && loop}\nloss = loss_at(4)\n${end} }\n`);
  const command = JSON.stringify(['awk', '-v', 'x={x}', '-f', 'train.awk']);
  writeFileSync(join(place, 'study.yaml'), `parameters:\n  x: { type: float, low: 0, high: 1 } # a rate\ntrials: 3\ncommand: ${command}\n`);
  return place;
}

describe.each(programs)('a program that prints $name', (program) => {
  it('is heard, if need be after check --fix, and its steps are read', async () => {
    const place = studyOf(program);
    const file = join(place, 'study.yaml');
    const { code, out } = await hypertide(place, 'check', 'study.yaml');
    expect(code, out).toBe(program.fix === undefined ? 0 : 7);
    expect(out).toMatch(/^changes +yes: /m);
    if (program.fix) {
      const before = readFileSync(file, 'utf8');
      expect(await hypertide(place, 'check', 'study.yaml', '--fix')).toMatchObject({ code: 0 });
      expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
      expect(parse(readFileSync(file, 'utf8'))).toMatchObject(program.fix);
    }
    const run = await hypertide(place, 'run', 'study.yaml');
    expect(run.code, run.err).toBe(0);
    const rows = JSON.parse((await hypertide(place, 'trials', 'study.jsonl', '--json')).out) as {
      readonly step?: number;
      readonly values: Readonly<Record<string, number>>;
    }[];
    expect(rows.map(({ step }) => step)).toEqual([program.steps, program.steps, program.steps]);
    expect(new Set(rows.map(({ values }) => Object.values(values)[0])).size).toBe(3);
  });
});

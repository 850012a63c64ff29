/** Names under which programs print their progress, the coarsest first: if a line has several, the coarsest is the step. */
const STEPS = [
  ['epoch', 'ep'],
  ['round', 'episode', 'generation', 'gen'],
  ['iteration', 'iter', 'iterate', 'it', 'step', 'global_step', 'update', '#'],
].flatMap((names, rank) => names.map((name) => [name, rank] as const));
const RANKS: ReadonlyMap<string, number> = new Map(STEPS);

const MINIMISED = new Set(
  `loss losses error err merror rmse mse mae mape smape rmsle rmspe msle medae mase crps logloss mlogloss nll ce bce xent perplexity ppl bpc bpb
  wer cer fid kl kld deviance l1 l2 huber hinge brier ece cost rms inertia regret misclassification divergence`.split(/\s+/),
);
const MAXIMISED = new Set(
  `accuracy acc auc auroc aucpr auprc f1 fscore precision recall map map50 ap ap50 ap75 ndcg bleu rouge r2 score reward return iou miou dice psnr ssim mcc
  kappa mrr sensitivity specificity top1 top5 jaccard elbo likelihood`.split(/\s+/),
);

/** One word for synonyms that programs use. */
const SYNONYMS: Readonly<Record<string, string>> = {
  valid: 'val',
  validation: 'val',
  validate: 'val',
  validating: 'val',
  training: 'train',
  testing: 'test',
  evaluation: 'eval',
  evaluating: 'eval',
  evaluate: 'eval',
};
/** Words that do not distinguish values. */
const IDLE = new Set(['average', 'avg', 'mean', 'running', 'total', 'final', 'current', 'set']);
/** Words for the data on which a measure was taken. */
const SPLITS = new Set(['train', 'val', 'test', 'eval', 'dev', 'holdout']);

/** Words for times, amounts and settings, which are no result. */
const SETTINGS = new Set(
  `lr rate momentum decay wd dropout seed bs size sizes budget limit number count steps epochs rounds iters iterations params parameters layers depth width
  time times timestamp date elapsed duration second seconds secs sec s ms minutes hours eta runtime remaining speed throughput fps samples examples tokens images
  rows freedom df memory mem gpu gpus cpu cpus workers threads rank port pid version fold patience verbose`.split(/\s+/),
);

/** The most characters of a name that are read. */
const LONGEST = 80;

/**
 * A name in the form in which names are compared: `Validation loss`, `valid_loss` and `val/loss` are all `val_loss`.
 *
 * @example canonical("valid_0's l2") // 'val_0_l2'
 */
export function canonical(name: string): string {
  const words = name
    .slice(0, LONGEST)
    .replace(/'s\b/g, '')
    .replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .split(/[^\p{L}\p{N}#]+/u)
    .filter(Boolean)
    .map((word) => (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word]! : word));
  const telling = words.filter((word) => !IDLE.has(word));
  return (telling.length > 0 ? telling : words).join('_');
}

/** How coarse a name of a step is, 0 for epochs; undefined for other names. */
export const stepRank = (name: string): number | undefined => RANKS.get(name.toLowerCase());

/** `val` of `val_loss`; undefined if a name does not mention its data. */
export const splitOf = (name: string): string | undefined =>
  canonical(name)
    .split('_')
    .find((word) => SPLITS.has(word));

/** Whether a name is usually that of a setting, a time or an amount, such as `lr`, `train_time` and `max_epochs`. */
export function isSetting(name: string): boolean {
  if (usualDirection(name) !== undefined) return false;
  const words = canonical(name).split('_');
  const last = words.at(-1)!;
  return SETTINGS.has(last) || isUncertainty(words) || stepRank(last) !== undefined || /^(?:max|min|n|num)$/.test(words[0]!);
}

/** Whether a value says how uncertain another one is. */
const isUncertainty = (words: readonly string[]): boolean => /(?:standard|std)_error$/.test(words.join('_'));

/**
 * The direction in which a value of this name is usually better; undefined if unknown.
 *
 * @example usualDirection('val_rmse') // 'minimize'
 */
export function usualDirection(name: string): 'minimize' | 'maximize' | undefined {
  const words = canonical(name).split('_');
  while (words.length > 1 && /^\d+$/.test(words.at(-1)!)) words.pop(); // Keras calls a second metric auc_1
  const last = words.at(-1)!;
  if (isUncertainty(words)) return undefined;
  if (words.join('_').endsWith('r_squared')) return 'maximize';
  if (MINIMISED.has(last) || words.join('_').endsWith('error_rate')) return 'minimize';
  if (MAXIMISED.has(last)) return 'maximize';
  return words[0] === 'loss' && last.length <= 4 ? 'minimize' : undefined; // such as loss_D
}

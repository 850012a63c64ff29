/**
 * What the words in names of printed values say. Each row is a meaning and its words; `_` joins two words that mean something together. A step has its
 * rank, the coarsest first: if a line has several, the coarsest is the step. Of words for the same data, the first one stands for the others.
 *
 * - `goal`: what the training is for; it counts before a loss beside it; maximised
 * - `max`, `min`: a measure of the whole, maximised or minimised
 * - `part`: makes a loss a part of another one; `kind`: does not
 * - `limit`: the extreme of a value, or an earlier one
 * - `spread`: how uncertain another value is
 * - `setting`: a time, an amount or a setting, which is no result
 * - `idle`: does not distinguish values
 */
const ROWS = `
0        epoch ep
1        round episode generation gen
2        iteration iter iterate it step global_step update # total_timesteps num_timesteps
val      val valid validation validate validating
val      eval evaluation evaluating evaluate
val      dev
val      holdout
val      cv
test     test testing
train    train training learn
goal     reward rew return ret elbo
max      accuracy acc auc auroc aucpr auprc f1 fscore precision recall map map50 ap ap50 ap75 ndcg bleu rouge r2 r² r_squared score iou miou dice psnr ssim
max      mcc kappa mrr sensitivity specificity top1 top5 jaccard likelihood success_rate win_rate hit_rate pass_rate pass_k sharpe hypervolume silhouette
max      pearson spearman gini meteor chrf cider
min      loss losses error err merror error_rate rmse mse mae mape smape rmsle rmspe msle medae mase nrmse wape crps logloss mlogloss nll ce bce xent
min      crossentropy perplexity ppl bpc bpb wer cer fid kl kld deviance l1 l2 huber hinge brier ece cost rms inertia regret misclassification divergence
part     kl kld divergence entropy reg aux adv gp commitment value policy actor critic gradient vf pi v q cls bbox box obj dfl mask rpn giou objectness
part     rec recon reconstruction prior style content perceptual tv
kind     ce log smooth squared absolute percentage square root focal ctc quantile pinball contrastive triplet margin zero one cross fold classification
limit    best lowest highest max min peak initial previous prev last old baseline
spread   std stddev stderr sd standard_error std_error
setting  lr rate momentum decay wd dropout seed bs size sizes budget limit number count steps epochs rounds iters iterations params parameters layers depth
setting  width time times timestamp date elapsed duration second seconds secs sec s ms minutes hours eta runtime remaining speed throughput fps samples
setting  examples tokens images rows freedom df memory mem gpu gpus cpu cpus workers threads rank port pid version fold patience verbose updates timesteps runs
setting  scale weight weights coef fn
idle     average avg mean running total final current set overall metric metrics`;

/** The rows of each word, and the word that stands for it. */
const WORDS = new Map<string, { readonly rows: readonly string[]; readonly same: string }>();
for (const line of ROWS.trim().split('\n')) {
  const [row = '', ...words] = line.split(/\s+/);
  for (const word of words) WORDS.set(word, { rows: [...(WORDS.get(word)?.rows ?? []), row], same: words[0]! });
}

const has = (word: string | undefined, ...rows: readonly string[]): boolean =>
  word !== undefined && (WORDS.get(word)?.rows.some((row) => rows.includes(row)) ?? false);
const isData = (word: string | undefined): boolean => has(word, 'val', 'test', 'train');

/** What a name says about its value. */
export interface Meaning {
  /** The form in which names are compared: `Validation loss`, `valid_loss`, `val/loss` and `loss/val` are all `val_loss`. */
  readonly canonical: string;
  /** In which the value is usually better; undefined if unknown. */
  readonly direction?: 'minimize' | 'maximize' | undefined;
  /** 0 if it is wanted for itself, 1 for a measure of the whole, 2 if it may be a part or an extreme of one, 3 for a part. */
  readonly role: number;
  /** The data on which it was measured, as in `canonical`. */
  readonly split?: string | undefined;
  /** How likely a result is measured on such data, 0 for validation. */
  readonly distance: number;
  readonly isSetting: boolean;
}

/** The most characters of a name that are read. */
const LONGEST_NAME = 80;
/** Names whose meaning is kept. */
const MOST_KEPT = 4096;
const kept = new Map<string, Meaning>();

/** @example meaningOf('Validation loss') // { canonical: 'val_loss', direction: 'minimize', role: 1, split: 'val', distance: 0, isSetting: false } */
export function meaningOf(name: string): Meaning {
  let meaning = kept.get(name);
  if (meaning) return meaning;
  if (kept.size >= MOST_KEPT) kept.clear();
  const words = name
    .slice(-LONGEST_NAME)
    .replace(/'s\b/g, '')
    .replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .split(/[^\p{L}\p{N}#]+/u)
    .filter(Boolean)
    .map((word) => (isData(word) ? WORDS.get(word)!.same : word));
  const telling = words.filter((word) => !has(word, 'idle'));
  const all = telling.length > 0 ? telling : words;
  if (isData(all.at(-1))) all.unshift(all.pop()!);
  const split = all.find(isData);
  const rank = ['val', 'test', undefined, 'train'].findIndex((row) => (row === undefined ? split === undefined : has(split, row)));
  const own = all.filter((word) => !isData(word));
  while (own.length > 1 && /^\d+$/.test(own.at(-1)!)) own.pop(); // Keras calls a second metric auc_1
  meaning = { canonical: all.join('_'), split, distance: rank, ...inWords(own) };
  kept.set(name, meaning);
  return meaning;
}

/** @param words without those for data */
function inWords(words: readonly string[]): Pick<Meaning, 'direction' | 'role' | 'isSetting'> {
  const named = words.join('_').replace('cross_entropy', 'ce').split('_');
  const last = [named.slice(-2).join('_'), named.at(-1)].find((one) => has(one, 'goal', 'max', 'min', 'spread'));
  if (has(last, 'spread') || has(named[0], 'spread')) return { role: 3, isSetting: true };
  const isOfLoss = last === undefined && named[0] === 'loss' && named.length <= 3 && !has(named.at(-1), 'setting'); // such as loss_D
  if (last === undefined && !isOfLoss) {
    const isAmount = has(named.at(-1), 'setting', '0', '1', '2') || /^(?:max|min|n|num)$/.test(named[0]!);
    return { role: 3, isSetting: isAmount };
  }
  const direction = has(last, 'goal', 'max') ? 'maximize' : 'minimize';
  const isLoss = isOfLoss || /^(?:loss(?:es)?|error|err)$/.test(last!);
  const isPart = (isLoss || has(last, 'part')) && named.some((word) => has(word, 'part'));
  const isWhole = !isLoss || (!isOfLoss && named.every((word) => has(word, 'min', 'kind')));
  const role = isPart ? 3 : !isWhole || named.some((word) => has(word, 'limit')) ? 2 : has(last, 'goal') ? 0 : 1;
  return { direction, role, isSetting: false };
}

/** @example canonical("valid_0's l2") // 'val_0_l2' */
export const canonical = (name: string): string => meaningOf(name).canonical;

/** How coarse a name of a step is, 0 for epochs; undefined for other names. */
export function stepRank(name: string): number | undefined {
  const row = WORDS.get(name.slice(name.lastIndexOf('/') + 1).toLowerCase())?.rows[0];
  return row !== undefined && /^\d$/.test(row) ? Number(row) : undefined;
}

/** `val` of `val_loss`; undefined if a name does not mention its data. */
export const splitOf = (name: string): string | undefined => meaningOf(name).split;

/** @example usualDirection('val_rmse') // 'minimize' */
export const usualDirection = (name: string): 'minimize' | 'maximize' | undefined => meaningOf(name).direction;

const OBJECTIVE = ['objective', 'objectives'];

/** Names in Optuna, Ray Tune, W&B and Hyperopt, and our names for the same things. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  categorical: ['choice'],
  uniform: ['float'],
  q_uniform: ['float'],
  integer: ['int'],
  min: ['low'],
  max: ['high'],
  choices: ['values'],
  bayes: ['bo'],
  bayesian: ['bo'],
  gp: ['bo'],
  'cma-es': ['cmaes'],
  median: ['percentileStop'],
  evolution: ['ga'],
  direction: OBJECTIVE,
  directions: OBJECTIVE,
  minimize: OBJECTIVE,
  minimise: OBJECTIVE,
  maximize: OBJECTIVE,
  maximise: OBJECTIVE,
  metric: OBJECTIVE,
  mode: OBJECTIVE,
  sampler: ['strategy'],
  search_alg: ['strategy'],
  method: ['strategy'],
  num_samples: ['trials'],
  n_jobs: ['parallel'],
  max_concurrent_trials: ['parallel'],
  timeout: ['seconds'],
  pruner: ['epochs'],
  scheduler: ['epochs'],
  study_name: ['name', 'study'],
  storage: ['log'],
};

/** A hint at the name that was probably meant, if one is similar, or is used elsewhere for the same. */
export function nearest(name: string, known: Iterable<string>): string {
  const names = [...known];
  const key = name.toLowerCase();
  const same = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key]!.find((meant) => names.includes(meant)) : undefined;
  if (same !== undefined) return `; did you mean ${same}?`;
  const longer = key.length < 3 ? [] : names.filter((candidate) => candidate.toLowerCase().startsWith(key));
  if (longer.length === 1) return `; did you mean ${longer[0]}?`;
  let best: string | undefined;
  let least = Math.max(2, name.length / 3) + 1;
  for (const candidate of names) {
    const distance = edits(name.toLowerCase(), candidate.toLowerCase());
    if (distance < Math.min(least, Math.max(name.length, candidate.length))) [best, least] = [candidate, distance];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** The number of letters to insert, delete or replace (Levenshtein 1966). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

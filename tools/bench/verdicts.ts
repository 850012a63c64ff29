/** The verdicts of a benchmark, which are printed again at its end. */
export interface Verdicts {
  /** Compares a figure with its target. @param most whether the target is an upper bound; otherwise it is a lower bound */
  judge(what: string, is: number, bar: number, unit: string, most?: boolean): void;
  print(): void;
}

export function verdicts(): Verdicts {
  const all: string[] = [];
  return {
    judge: (what, is, bar, unit, most = false) => {
      const met = most ? is <= bar : is >= bar;
      const digits = is < 10 ? 2 : 0;
      const verdict = `${met ? 'met   ' : 'MISSED'} ${what}: ${is.toFixed(digits)} ${unit}; the target is at ${most ? 'most' : 'least'} ${bar}`;
      all.push(verdict);
      console.log(`  ${verdict}`);
    },
    print: () => console.log(`\n${all.join('\n')}`),
  };
}

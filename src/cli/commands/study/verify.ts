import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import { verify as recompute } from '../../../../streams/engine/verify.ts';
import { auditOf } from '../../../../streams/log/repair.ts';
import { jsonOrAbsent } from '../../../../streams/spec/createdDifferences.ts';
import { strategyOf } from '../../../../streams/spec/spec.ts';
import { OptionError } from '../../../errors.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { readThrough } from '../../../stores/trialTable.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { version as current } from '../../../version.ts';
import { onStudy } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { json } from '../../parts.ts';

export const command = onStudy({
  description:
    'Recompute every suggestion from the log, and check the lines of a journal. Exit status: 6 if a suggestion differs or a line is damaged, 4 if there was nothing to recompute.',
  options: { json },
  run: async (study, { json }) => {
    const { journal } = study;
    const { damage, isTorn } = journal === undefined ? { damage: [], isTorn: false } : await auditOf(journal);
    if (!json) for (const { line, what } of damage) print(`${journal}:${line}: ${what}`);
    if (!json && damage.length > 0) print(`"hypertide study repair ${journal}" writes a copy of what can be read`);
    if (!json && isTorn)
      inform(`${journal}: the last line is incomplete, so it does not count: a process is writing it, or was killed while writing it`);
    await readThrough(study);
    const { recomputed, others = [], differs } = await recompute(spaceIn(study), strategyIn(study), () => study.past(1));
    if (json)
      print(
        JSON.stringify(
          omitUndefined({ recomputed, damage: listIfAny(damage), others: listIfAny(others), differs: differs ? differs : undefined }),
        ),
      );
    else if (differs) {
      const { position, field, logged, recomputed: made } = differs;
      print(
        `${study.place}:${position}: ${field} is ${jsonOrAbsent(logged)} in the log, but ${jsonOrAbsent(made)} recomputed; the ${recomputed} suggestions before it are equal`,
      );
    } else if (recomputed > 0) print(`${recomputed} suggestions recomputed, all equal`);
    else print(`nothing was checked: ${others.length > 0 ? 'this version made none of the suggestions' : 'there are no suggestions yet'}`);
    if (!json)
      for (const { suggestions, version, decisions } of others)
        print(
          `${suggestions} suggestions were not recomputed: ${version === undefined ? `a version of hypertide with decisions ${decisions}` : `hypertide ${version}`} made them, whose decisions differ from those of this version (${current}); use it to recompute them`,
        );
    if (differs || damage.length > 0) return exitStatus.differs;
    return recomputed > 0 ? 0 : exitStatus.unchecked;
  },
});

/** What to do if a part of the study is code. */
const IN_CODE =
  'in your program, "await verify(space, strategy, () => readJournal(path))" recomputes the suggestions (verify is in hypertide, readJournal in hypertide/journal)';

const listIfAny = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

function spaceIn({ place, created }: CommandStudy) {
  const { constraints = [] } = created.space as SpaceData;
  const code = constraints.find((constraint) => 'predicate' in constraint);
  if (code)
    throw new UsageError(`${place}: its constraint ${JSON.stringify(code.predicate)} is code, which a log does not hold`, {
      todo: IN_CODE,
    });
  return spaceOf(created);
}

function strategyIn({ place, created }: CommandStudy) {
  try {
    return strategyOf(created);
  } catch (error) {
    const { strategy } = created;
    const unknown = error instanceof OptionError && typeof error.got === 'string' ? error.got : undefined;
    const why = unknown === undefined ? `cannot be made from data (${(error as Error).message})` : 'is code, which a log does not hold';
    throw new UsageError(`${place}: its strategy ${unknown ?? jsonOrAbsent(strategy)} ${why}`, { todo: IN_CODE });
  }
}

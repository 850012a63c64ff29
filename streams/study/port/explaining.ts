import type { Params } from '../../../src/facts/facts.ts';
import type { Importances } from '../../../src/insight/importance/importances.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { RefusedError, unknownTrial } from '../../../src/study/commands.ts';
import type { ParseStrategy } from '../../kernel/strategy.ts';
import type { StudyPort } from './port.ts';

/** What a study is explained from: its log, and what makes the strategies that this names. */
interface Explainable<P> extends Pick<StudyPort<P>, 'space' | 'source' | 'ledger' | 'rows'> {
  readonly parseStrategy: ParseStrategy;
}

/** Explains a study in this process. The models that this needs are loaded with the first question. */
export function explaining<P>(study: () => Explainable<P>): Pick<StudyPort<P>, 'importance' | 'why'> {
  const now = () => study() as Explainable<Params>;
  return {
    importance: async (objective?: string): Promise<Importances | undefined> => {
      const { importanceIn } = await import('../../explanation/studyImportances.ts');
      return importanceIn(now(), objective);
    },
    why: async (trial: TrialId) => {
      const { whyOf } = await import('../../explanation/whyOf.ts');
      const why = await whyOf(now(), trial, now().parseStrategy);
      if (why) return why;
      throw new RefusedError(unknownTrial(trial));
    },
  };
}

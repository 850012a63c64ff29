import { existsSync } from 'node:fs';
import { auditOf, copyOf, objectsOf } from '../../../../streams/log/repair.ts';
import { stemOf } from '../../../stores/journalFile.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { json, needed, value } from '../../parts.ts';

export const command = declare({
  description:
    'Write a copy of a damaged journal with all entries that can be read. The journal is not changed. Exit status: 6 if entries are lost.',
  arguments: { journal: needed('journal', 'file of the study') },
  options: { output: value('file', 'file to write (default: <study>.repaired.jsonl)', { short: 'o' }), json },
  run: async ({ journal, output = `${stemOf(journal)}.repaired.jsonl`, json }) => {
    const audit = await auditOf(journal);
    const { damage, lines } = audit;
    const isJournal = [...objectsOf(lines.slice(0, 2))].some((object) => JSON.parse(object).type === 'created');
    if (!isJournal) throw new UsageError(`${journal}: expected a journal, but there is no study in it`);
    if (damage.length === 0) {
      if (json) print(JSON.stringify({ damage, lost: [] }));
      else inform(`${journal}: no damage, so there is nothing to repair`);
      return 0;
    }
    if (existsSync(output)) throw new UsageError(`${output}: a file with this name exists already; choose another one with --output`);
    const { lost, entries } = await copyOf(audit, output);
    if (json) print(JSON.stringify({ damage, lost, output }));
    else {
      for (const { line, what } of damage) print(`${journal}:${line}: ${what}`);
      const few = `${lost.length} of ${entries} entries ${lost.length === 1 ? 'is' : 'are'} lost: ${lost.join(', ')}`;
      print(`${output}: ${lost.length === 0 ? `all ${entries} entries are there` : few}. To continue with it, move it to ${journal}`);
      if (lost.length > 0)
        print('the others keep their positions, and the study continues; "hypertide verify" may find a difference after a lost entry');
    }
    return lost.length === 0 ? 0 : exitStatus.differs;
  },
});

import { existsSync } from 'node:fs';
import { adopt } from '../../../../streams/log/repair/adopt.ts';
import { auditOf, copyOf } from '../../../../streams/log/repair/repair.ts';
import { stemOf } from '../../../stores/journalFile.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { json, needed, value } from '../../parts.ts';

const isCreated = (line: string | undefined): boolean => line !== undefined && JSON.parse(line).type === 'created';

export const command = declare({
  description:
    'Write a copy of a damaged journal with all entries that its checksums can restore. The journal is not changed. Exit status: 1 if entries are lost. With --add, add the entries of another file to the journal instead.',
  arguments: { journal: needed('journal', 'file of the study') },
  options: {
    output: value('file', 'file to write (default: <study>.repaired.jsonl)', { short: 'o' }),
    add: value('file', 'file with more entries of the study, which a message named when the disk was full or the journal was harmed'),
    json,
  },
  run: async ({ journal, output, add: from, json }) => {
    if (from === undefined) return copy(journal, output ?? `${stemOf(journal)}.repaired.jsonl`, json);
    if (output !== undefined || json) throw new UsageError('--add: leave out --output and --json: the entries go into the journal itself');
    const adopted = await adopt(journal, from, inform);
    if ('added' in adopted) {
      const { added } = adopted;
      print(added === 0 ? `${journal}: has all entries of ${from}` : `${journal}: ${added === 1 ? '1 entry' : `${added} entries`} added`);
    } else {
      const { entries, aside } = adopted;
      print(`${journal}: has the ${entries} entries of ${from} now${aside === undefined ? '' : `; what it was before is ${aside}`}`);
    }
    return 0;
  },
});

async function copy(journal: string, output: string, json = false): Promise<number> {
  const audit = await auditOf(journal);
  const { damage, objects } = audit;
  const isJournal = [1, 2].some((position) => isCreated(objects.get(position)));
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
  return lost.length === 0 ? 0 : 1;
}

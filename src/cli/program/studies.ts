import type { Command } from 'commander';
import { serverOf } from '../../stores/serverOf.ts';
import type { RemotePlace, StudyInPlace } from '../../stores/withPlace.ts';
import { UsageError } from '../../text/usage.ts';
import { type ExitWith, maybeOnServer, wholeNumber, withRemote } from './arguments.ts';

type Remote = RemotePlace & { readonly study?: string };

/** The commands on studies as a whole, in folders and on servers. */
export function declareStudies(program: Command, exit: ExitWith): void {
  program.commandsGroup('Studies:');
  const use = (journal: string | undefined, remote: Remote, act: (placed: StudyInPlace) => Promise<number>): Promise<void> =>
    exit(import('../../stores/withPlace.ts').then(({ withStudyIn }) => withStudyIn(journal, remote, act)));
  /** If the study is on a server, there is no journal before the new name. */
  const useNamed = (words: readonly (string | undefined)[], remote: Remote, act: (placed: StudyInPlace, to: string) => Promise<number>) => {
    const [journal, to] = serverOf(remote) === undefined ? words : [undefined, ...words];
    if (to === undefined) return exit(Promise.reject(new UsageError('expected a journal and a name, or --nats, --study and a name')));
    const name = journal === undefined ? to : to.replace(/\.jsonl$/, ''); // users name a file after a file
    return use(journal, remote, (placed) => act(placed, name));
  };

  maybeOnServer(program.command('list'))
    .summary('list the studies in a folder or on a server')
    .description('List the studies in a folder or on a server, with their status and best value.')
    .argument('[folder]', 'folder of journals (default: the server of HYPERTIDE_NATS, or the current folder)')
    .option('--json', 'print JSON')
    .action((folder, options) => exit(import('../commands/studies/list.ts').then(({ listStudies }) => listStudies(folder, options))));

  maybeOnServer(program.command('create'))
    .summary('begin a study that others run')
    .description(
      'Begin a study from a study file without running it. On a server, "hypertide serve --all" must answer. The file cannot have a command: workers run only programs of their own configuration.',
    )
    .argument('<study>', 'study file')
    .option('--name <name>', 'name of the study (default: that of the file)')
    .option(
      '--folder <path>',
      'folder for its journal, made if it does not exist (default: the server of HYPERTIDE_NATS, or the current folder)',
    )
    .action((path, options) => exit(import('../commands/studies/create.ts').then(({ createInPlace }) => createInPlace(path, options))));

  withRemote(program.command('archive'))
    .summary('write a study into one file')
    .description(
      'Write a study into one compressed file with checksums: each entry of its log as it is stored, and the files of its trials. Works while the study runs.',
    )
    .argument('[journal]', 'file of the study, unless it is on a server')
    .option('-o, --output <file>', 'file to write (default: <study>.tar.gz)')
    .option(
      '--directory <path...>',
      'where run or workers kept the files of trials (default: <study>.trials; none for a study on a server)',
    )
    .action((journal, options) =>
      use(journal, options, async (placed) => (await import('../commands/studies/archive.ts')).archive(placed, options)),
    );

  maybeOnServer(program.command('restore'))
    .summary('restore a study from an archive')
    .description(
      'Restore a study from an archive, after its checksums have been checked. If the archive came from the same kind of place, a folder or a server, the log is the same byte for byte.',
    )
    .argument('<archive>', 'file that "hypertide archive" wrote')
    .option('--name <name>', 'name of the study (default: that in the archive)')
    .option(
      '--folder <path>',
      'folder to restore into, made if it does not exist (default: the server of HYPERTIDE_NATS, or the current folder)',
    )
    .option('--directory <path>', 'where to put the files of trials (default: <study>.trials)')
    .action((path, options) => exit(import('../commands/studies/restore.ts').then(({ restore }) => restore(path, options))));

  withRemote(program.command('copy').alias('fork'))
    .summary('begin a study with the entries of another one')
    .description(
      'Begin a study with the entries of another one, in the same place. Its log names its origin. It continues with the same suggestions, unless you change it.',
    )
    .argument('[journal]', 'file of the study, unless it is on a server')
    .argument('[name]', 'name of the new study')
    .option('--at <position>', 'the last entry to copy (default: the last one)', wholeNumber)
    .action((journal, name, options) =>
      useNamed([journal, name], options, async (placed, to) => (await import('../commands/studies/copy.ts')).copy(placed, to, options)),
    );

  withRemote(program.command('rename'))
    .summary('give a study another name')
    .description('Rename a study. No process may be running it. Its log names its origin.')
    .argument('[journal]', 'file of the study, unless it is on a server')
    .argument('[name]', 'its new name')
    .action((journal, name, options) =>
      useNamed([journal, name], options, async (placed, to) => (await import('../commands/studies/rename.ts')).rename(placed, to)),
    );

  program
    .command('repair')
    .summary('write a repaired copy of a damaged journal')
    .description(
      'Write a copy of a damaged journal with all entries that its checksums can restore. The journal is not changed. Exit status: 1 if entries are lost. With --from, add the entries of another file to the journal instead.',
    )
    .argument('<journal>', 'file of the study')
    .option('-o, --output <file>', 'file to write (default: <study>.repaired.jsonl)')
    .option('--from <file>', 'file with more entries of the study, which a message named when the disk was full or the journal was harmed')
    .option('--json', 'print the damaged lines and the positions that are lost, as JSON')
    .action((journal, options) => exit(import('../commands/studies/repair.ts').then(({ repair }) => repair(journal, options))));

  withRemote(program.command('delete'))
    .summary('delete a study and the files of its trials')
    .description('Delete a study and the files of its trials. Asks for confirmation, because you cannot undo it.')
    .argument('[journal]', 'file of the study, unless it is on a server')
    .option(
      '--directory <path>',
      'where run or worker kept the files of trials (default: <study>.trials; for a study on a server, none are deleted)',
    )
    .option('--yes', 'do not ask for confirmation')
    .action((journal, options) =>
      use(journal, options, async (placed) => (await import('../commands/studies/delete.ts')).deleteStudy(placed, options)),
    );
}

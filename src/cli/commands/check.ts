import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdAfter } from '../../../streams/engine/earlier.ts';
import { objectivesOf } from '../../../streams/spec/createdDifferences.ts';
import { stopsTrials } from '../../../streams/spec/defaults.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Params } from '../../facts/facts.ts';
import { StepCount } from '../../ledger/stepCount.ts';
import { rngFor } from '../../numeric/random.ts';
import { examplesAt } from '../../programs/exampleReader.ts';
import { fillingOf, type TrialRun } from '../../programs/programRun.ts';
import type { ProposedObjective } from '../../programs/resultName.ts';
import type { PrintedReport } from '../../programs/structuredLine.ts';
import { fillTemplate } from '../../programs/template.ts';
import { commandOf, metricFileOf, notPassed } from '../../programs/trialCommand.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { type Amendment, amendStudyFile } from '../../studyFile/amend.ts';
import { readStudyFile, type StudyFile } from '../../studyFile/studyFile.ts';
import { labelled } from '../../text/layout.ts';
import { usualDirection } from '../../text/names.ts';
import { inform, suggestNext } from '../../text/output.ts';
import { savedIn } from '../../worker/startTrial.ts';
import {
  adviceText,
  budgetText,
  CHECK_BUDGET,
  changesText,
  earlierText,
  examplesText,
  lastLines,
  partingText,
  printedName,
  readValueText,
  resumeText,
  stepsText,
} from '../check/checkTexts.ts';
import { type CheckedRun, isHeard, observe, type TriedProgram } from '../check/observeProgram.ts';
import { filesIn, metricsWritten, type WrittenFile, writtenText } from '../check/writtenFiles.ts';
import { declare } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { flag, needed, time, value } from '../parts.ts';

/** Seconds that each run may take. */
const SECONDS = 60;
/** Random configurations of which the one farthest from the first is tried. */
const DRAWS = 64;

/** What the program is read by: as the study file and the options say, or as proposed. */
interface Reading {
  readonly program: TriedProgram;
  /** The path of the file of metrics, with placeholders. */
  readonly metricFile: string | undefined;
}

export const command = declare({
  description: 'Run the program a few times, briefly, and print what a study can do with it.',
  arguments: { file: needed('file', 'study file, YAML or JSON') },
  options: {
    timeLimit: value('time', 'time limit of each run, such as 90 (seconds) or 5m (default: 60s)', { kind: time }),
    fix: flag('write the name that is proposed for the value into the study file'),
  },
  program: 'program and its arguments; {name} is a parameter',
  help: `Prints the arguments that the program gets, which values and steps were read,
whether the value changes with the parameters, whether the program keeps to its
budget, ends at SIGTERM and resumes from its checkpoint, and which early
stopping you can use. If no value can be read as the study file says, it tries
the likeliest one, printed or in a file that the program wrote; --fix writes its
name if the names leave no doubt. Writes no journal. Exit status: 0 if a value
was read or --fix named it, 7 otherwise.

Example:
  hypertide check study.yaml -- python3 train.py --lr {lr} --units {units}`,
  run: async ({ file: path, program: words, timeLimit, fix }) => {
    const file = await readStudyFile(path);
    const created = await createdAfter(file.space, file.strategy, { ...file.options, parseStrategy });
    const { earlier } = created;
    const command = commandOf(words.length > 0 ? words : file.command, file.space, file.options.examples);
    const given = readingOf(file, file.metricFile, {
      command,
      objectives: objectivesOf(file.options),
      seconds: timeLimit ?? SECONDS,
      examples: created.examples,
      ...omitUndefined({ grace: file.grace, result: file.options.result }),
    });
    const { seconds } = given.program;
    const { examples } = file.options;
    const directory = mkdtempSync(join(tmpdir(), 'hypertide-check-'));
    const jobFor = (params: Params, trial: number): TrialRun => ({
      study: file.options.study,
      trial,
      attempt: 1,
      slot: 0,
      params,
      ...(examples === undefined ? { budget: CHECK_BUDGET } : { examples: examplesAt(examples).slice(0, CHECK_BUDGET) }),
      paths: {
        params: join(directory, `${trial}`, 'params.json'),
        examples: join(directory, `${trial}`, 'examples.txt'),
        checkpoints: join(directory, `${trial}`, 'checkpoints'),
        log: join(directory, `${trial}`, 'output.log'),
      },
    });
    try {
      const [params, distant] = configurationsIn(file);
      const before = filesIn('.');
      const count = new StepCount();
      const job = jobFor(params, 1);
      const asGiven = await observe(job, given.program, count, isBeyond);
      const written =
        isHeard(asGiven) || given.metricFile
          ? undefined
          : metricsWritten('.', before, given.program.objectives[0]!.direction, Object.keys(params));
      const proposed = isHeard(asGiven) ? undefined : proposalFor(asGiven, written, file, given);
      const withProposal = proposed && (await observe(jobFor(params, 2), proposed.program, count, isBeyond));
      const works = withProposal !== undefined && isHeard(withProposal);
      const [first, { program, metricFile }] = works ? [withProposal, proposed!] : [asGiven, given];
      const own = works ? jobFor(params, 2) : job;
      const kept = savedIn(own.paths.checkpoints) ?? first.outcome.checkpoint;
      const again = { ...own, attempt: 2, budget: 2 * CHECK_BUDGET, ...omitUndefined({ checkpoint: kept }) };
      const second = first.reports.length === 0 || examples !== undefined ? undefined : await observe(again, program, count, () => true);
      const isWhole = first.parting === undefined;
      const asFar = (reports: readonly PrintedReport[]) => !isWhole && reports.length >= first.reports.length;
      const other = isHeard(first) && distant ? await observe(jobFor(distant, 3), program, count, asFar) : undefined;
      const amendment = isHeard(first) ? amendmentFor(file, { program, metricFile }, first) : undefined;
      const isCertain = proposed?.isCertain ?? true;
      const isFixed = fix === true && amendment !== undefined && isCertain;
      if (isFixed) amendStudyFile(path, amendment);
      const missing = notPassed(command, file.space);
      const changes = ['changes', changesText(first, other)];
      const sigterm = ['SIGTERM', partingText(first.parting === undefined ? second : first, file.grace)];
      const rows = [
        ['command', fillTemplate(command, fillingOf(job)).join(' ')],
        ...(missing === undefined ? [] : [['parameters', missing]]),
        ['value', readValueText(asGiven, seconds)],
        ...(works ? [['proposal', readValueText(first, seconds)]] : []),
        ...(amendment ? [['name', amendmentText(amendment, path, { isFixed, isRead: isHeard(asGiven), isCertain }, first)]] : []),
        ...(written && !works ? [['wrote', writtenText(written)]] : []),
        ...(isHeard(first) ? [] : lastLines(job.paths.log).map((line, i) => [i === 0 ? 'printed' : '', line])),
        ...(program.metricFile ? [['read from', fillTemplate(program.metricFile, fillingOf(own))[0]!]] : []),
        ...(examples === undefined
          ? [
              ['steps', stepsText(first)],
              changes,
              ['budget', budgetText(first)],
              sigterm,
              ['resume', resumeText(second, kept)],
              ['early stopping', adviceText(first, second, kept, stopsTrials(created.strategy), path)],
            ]
          : [['examples', examplesText(first, examples, program.objectives[0]!.name)], changes, sigterm]),
        ...(earlier ? [['earlier', earlierText(earlier)]] : []),
      ];
      for (const line of labelled(rows, process.stdout)) process.stdout.write(`${line}\n`);
      const warnings = [first, second, other].flatMap((seen) => seen?.warnings ?? []);
      for (const warning of new Set(warnings)) inform(warning);
      const more = words.length > 0 ? ['--', ...words] : [];
      if (isHeard(asGiven) || isFixed) suggestNext(`hypertide run ${[path, ...more].map(shellQuoted).join(' ')}`);
      else if (works && isCertain) suggestNext(`hypertide check ${[path, '--fix', ...more].map(shellQuoted).join(' ')}`);
      return isHeard(asGiven) || isFixed ? 0 : exitStatus.noResult;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
});

const isBeyond = (reports: readonly PrintedReport[]): boolean => reports.at(-1)!.step > CHECK_BUDGET;

function readingOf(file: StudyFile, metricFile: string | undefined, program: Omit<TriedProgram, 'metricFile'>): Reading {
  const parallel = metricFile === file.metricFile ? file.options.parallel : 1; // `run` checks the path that a person chooses
  return { metricFile, program: { ...program, metricFile: metricFileOf(metricFile, file.space, parallel ?? 1) } };
}

/** A configuration, and one that is far from it; undefined if the space has no other. */
function configurationsIn({ space, options: { seed = 0 } }: StudyFile): readonly [Params, Params | undefined] {
  const draws = Array.from({ length: DRAWS }, (_, i) => space.complete({}, rngFor(String(seed), 'check', i + 1)));
  const first = draws[0]!;
  const from = space.encode(first);
  const distanceOf = (params: Params) => space.encode(params).reduce((sum, x, i) => sum + (x - from[i]!) ** 2, 0);
  const [farthest] = draws.map((params) => ({ params, distance: distanceOf(params) })).sort((a, b) => b.distance - a.distance);
  return [first, farthest!.distance > 0 ? farthest!.params : undefined];
}

/** How the value of a program without one could be read: by another name, or in a file that it wrote. */
function proposalFor(
  { proposal }: CheckedRun,
  written: WrittenFile | undefined,
  file: StudyFile,
  { program, metricFile }: Reading,
): (Reading & Pick<ProposedObjective, 'isCertain'>) | undefined {
  const found = written && !proposal?.isCertain && (written.isCertain || !proposal || !usualDirection(proposal.name)) ? written : proposal;
  if (found === undefined || program.objectives.length > 1) return undefined;
  const { metricFile: _, ...rest } = program;
  const { name, direction, isCertain } = found;
  return { ...readingOf(file, found === written ? written.path : metricFile, { ...rest, objectives: [{ name, direction }] }), isCertain };
}

/** What the study file lacks so that the value is read in this way, by the name that the program prints. */
function amendmentFor(file: StudyFile, { program, metricFile }: Reading, first: CheckedRun): Amendment | undefined {
  const [objective, ...others] = program.objectives;
  const [named] = objectivesOf(file.options);
  const name = printedName(first) ?? objective!.name;
  const isNew = others.length === 0 && (name !== named!.name || objective!.direction !== named!.direction);
  const amendment = omitUndefined({
    objective: isNew ? `${objective!.direction} ${name}` : undefined,
    metricFile: metricFile === file.metricFile ? undefined : metricFile,
  });
  return Object.keys(amendment).length > 0 ? amendment : undefined;
}

type Outcome = Readonly<Record<'isFixed' | 'isRead' | 'isCertain', boolean>>;

function amendmentText(amendment: Amendment, path: string, { isFixed, isRead, isCertain }: Outcome, first: CheckedRun): string {
  const lines = Object.entries(amendment)
    .map(([key, value]) => `"${key}: ${value}"`)
    .join(' and ');
  if (isFixed) return `wrote ${lines} into ${path}`;
  const how = `write ${lines} in ${path} before the first run`;
  const printed = printedName(first);
  if (!isCertain) return `if this is the value that you want, ${how}`;
  return `${isRead && printed !== undefined ? `to call it ${printed} in all tables, ${how}` : how}; --fix does it`;
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wholeProgram } from '../src/cli/program.ts';
import * as entry from '../streams/index.ts';
import { calledOf, isShort } from '../test/support/reference.ts';
import { type Budget, findings, folderOf, lowered, type Sizes } from './budgetRules.ts';

/**
 * Holds the size of the project to `tools/budget.json`, whose numbers only fall.
 *
 * npx tsx tools/budget.ts              fails if something is above its number (a part of `npm run check`)
 * npx tsx tools/budget.ts lower        lowers the numbers to what is there
 * npx tsx tools/budget.ts built        the words of the pages that `npm run docs` makes
 * npx tsx tools/budget.ts cpu <file>   the CPU seconds of `npm run test:all`, from the output of `times` in Bash
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'tools/budget.json');
const budget = JSON.parse(readFileSync(file, 'utf8')) as Budget;

const BUILT = ['docs/reference/api', 'docs/reference/python.md'];

/** Files below some folders with these endings: tracked ones, and others that the build has made. */
const filesIn = (folders: readonly string[], endings: RegExp): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '-z', '--', ...folders], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => endings.test(path) && existsSync(join(root, path)));
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const linesOf = (path: string): number => textOf(path).split('\n').length - 1;
const linesIn = (folder: string, endings: RegExp): number => filesIn([folder], endings).reduce((sum, path) => sum + linesOf(path), 0);
const wordsOf = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + textOf(path).split(/\s+/).filter(Boolean).length, 0);

function production(): Sizes {
  const lines: Record<string, number> = {};
  for (const path of filesIn(['src', 'machines', 'streams'], /\.(tsx?|py|css|json)$/))
    lines[folderOf(path)] = (lines[folderOf(path)] ?? 0) + linesOf(path);
  return lines;
}

/** What a user meets: commands without their short names, the options in their helps, and the names of `import 'hypertide'`. */
async function surface(): Promise<Sizes> {
  const called = calledOf(await wholeProgram()).filter(({ command }) => command.commands.length === 0 && command.name() !== 'help');
  return {
    commands: called.filter((each) => !isShort(each)).length,
    options: called.reduce((sum, { command }) => sum + command.options.filter(({ hidden }) => !hidden).length, 0),
    exports: Object.keys(entry).length,
  };
}

async function everything(): Promise<Sizes> {
  const tracked = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' }).split('\0');
  return {
    ...production(),
    test: linesIn('test', /\.(tsx?|py|mjs)$/),
    tools: linesIn('tools', /\.(tsx?|py|mjs)$/),
    words: wordsOf(tracked.filter((path) => path !== '' && existsSync(join(root, path)))),
    ...(await surface()),
  };
}

/** The second line of `times`, such as `1m2.5s 0m3.1s`: of the programs that the shell has waited for. */
const secondsIn = (times: string): number =>
  [
    ...times
      .trim()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);

const [word, times] = process.argv.slice(2);
const sizes: Sizes =
  word === 'built'
    ? { 'words of built pages': wordsOf(filesIn(BUILT, /\.md$/)) }
    : word === 'cpu'
      ? { 'CPU seconds of tests': Math.round(secondsIn(readFileSync(times!, 'utf8'))) }
      : await everything();

if (word === 'lower') writeFileSync(file, `${JSON.stringify(lowered(budget, sizes), undefined, 2)}\n`);
else {
  const above = findings(budget, sizes);
  for (const line of above) console.error(`tools/budget.json: ${line}`);
  if (above.length > 0) process.exitCode = 1;
}

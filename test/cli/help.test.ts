import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { wholeProgram } from '../../src/cli/program.ts';
import { topics } from '../../src/cli/topics.ts';
import { calledOf } from '../support/reference.ts';
import { directory, hypertide } from './support.ts';

const place = directory();
const called = calledOf(await wholeProgram());
const singles = called.filter(({ command }) => command.commands.length === 0);
const linesOf = (text: string) => text.trimEnd().split('\n');
const rowsOf = (command: Command) => linesOf(command.helpInformation()).filter((line) => /^ {2}(?:-\w, )?--\w/.test(line));

it('the overview shows each daily command and each group on one screen', async () => {
  const { code, out } = await hypertide(place);
  expect(code).toBe(0);
  expect((await hypertide(place, '--help')).out).toBe(out);
  const listed = linesOf(out).flatMap((line) => /^ {2}([a-z-]+) {2,}\S/.exec(line)?.[1] ?? []);
  expect(listed).toEqual(Object.values(commands).flatMap((group) => Object.keys(group)));
  expect(linesOf(out).length).toBeLessThanOrEqual(40);
  expect(linesOf(out).filter((line) => line.length > 80)).toEqual([]);
});

it.each(singles.map(({ words, command }) => [words.join(' '), command] as const))(
  'the help of %s has at most 25 lines of 80 columns, and describes every option',
  (name, command) => {
    const lines = linesOf(command.helpInformation());
    expect(lines[0]).toMatch(`Usage: hypertide ${name}`);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(rowsOf(command)).toHaveLength(command.options.filter(({ hidden }) => !hidden).length);
    for (const row of rowsOf(command)) expect(row).toMatch(/ {2,}\S+(?: \S+)*$/);
  },
);

it('all helps together have at most 207 rows of options', () => {
  expect(singles.flatMap(({ command }) => rowsOf(command)).length).toBeLessThanOrEqual(207);
});

it('help shows a command, a group and a topic, as --help does', async () => {
  for (const words of [['run'], ['study', 'plot'], ['worker']])
    expect(await hypertide(place, 'help', ...words)).toEqual(await hypertide(place, ...words, '--help'));
  for (const [topic, text] of Object.entries(topics))
    expect(await hypertide(place, 'help', topic)).toEqual({ code: 0, out: text, err: '' });
  expect(await hypertide(place, 'help', 'plot')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('hypertide study plot') });
});

const daily = new Set(called.flatMap(({ words }) => (words.length === 1 ? words : [])));
/** Commands of groups that one word does not call. The first group with the name counts. */
const below = singles
  .filter(({ words }) => words.length === 2 && !daily.has(words[1]!))
  .map(({ words }) => [words[1]!, words.join(' ')] as const);
it.each([...new Map(below.toReversed())])('a name without its group, %s, is refused with the whole one', async (name, whole) => {
  expect(await hypertide(place, name, '--json')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(`hypertide ${whole}`),
  });
});

it('a word that no group has is refused without a hint', async () => {
  expect((await hypertide(place, 'constructor')).err.split('\n')[0]).toBe("hypertide: unknown command 'constructor'");
});

it('an unknown option names one that is similar', async () => {
  expect((await hypertide(place, 'best', '--recomended')).err).toContain('--recommended');
});

it.each([
  [['worker', 'run', '--help'], 'worker run'],
  [['bset', '--help'], 'did you mean best'],
  [['help', 'commands'], 'did you mean command'],
  [['help', 'server', 'strat'], 'did you mean start'],
])('%j is no help of something else', async (words, text) => {
  expect(await hypertide(place, ...words)).toEqual({ code: 2, out: '', err: expect.stringContaining(text) });
});

it('help of a command that may be left out is there for its address, too', async () => {
  expect(await hypertide(place, 'worker', 'nats://a/digits', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('worker') });
});

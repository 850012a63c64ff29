import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandNames, NAMES_ONLY } from '../../src/cli/program/program.ts';
import { directory, hypertide } from './support.ts';

const place = directory();
const { out: overview } = await hypertide(place, '--help');
const folders = new URL('../../src/cli/commands/', import.meta.url);
/** The command of each file, such as ask-tell of askTell.ts. */
const commandsIn = (folder: string) =>
  readdirSync(new URL(folder, folders)).map((file) => file.replace('.ts', '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
/** The commands below each heading of the overview. */
const groups = [...overview.matchAll(/^(\w+):\n((?: {2,}\S.*\n)+)/gm)].map(([, name, list]) => ({
  folder: name!.toLowerCase(),
  commands: NAMES_ONLY.includes(name!)
    ? list!.trim().split(/,\s+/)
    : [...list!.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, command]) => command!),
}));
const commands = groups.filter(({ folder }) => folder !== 'examples').flatMap((group) => group.commands);
const tooLong = (text: string) => text.split('\n').filter((line) => line.length > 80);

it('the overview lists every command in its group, in 80 columns and 45 lines', () => {
  expect(overview.match(/^\w+:$/gm)).toEqual(['Run:', 'Read:', 'Act:', 'Studies:', 'Server:', 'Workers:', 'Tools:', 'Examples:']);
  const listed = groups.filter(({ folder }) => folder !== 'examples');
  expect(listed.map(({ folder }) => folder).toSorted()).toEqual(readdirSync(folders).toSorted());
  for (const group of listed) expect(group.commands.toSorted()).toEqual(commandsIn(group.folder).toSorted());
  expect(overview.trimEnd().split('\n').length).toBeLessThanOrEqual(45);
  expect(tooLong(overview)).toEqual([]);
});

it('breaks the names of a long group into lines', () => {
  const names = Array.from({ length: 12 }, (_, i) => `command-${i}`);
  const lines = commandNames(names.map((name) => `  ${name}  does something\n`).join(''));
  expect(tooLong(lines)).toEqual([]);
  expect(lines.trim().split(/,\s+/)).toEqual(names);
  expect(lines).toMatch(/^(?: {2}\S.*\n){2}$/);
});

it.each(commands)('the help of %s fits 80 columns and describes every option', async (name) => {
  const { code, out } = await hypertide(place, name, '--help');
  expect(code).toBe(0);
  expect(out).toContain(`Usage: hypertide ${name}`);
  expect(tooLong(out)).toEqual([]);
  expect(out.match(/^Exit status: 0 /gm) ?? []).not.toHaveLength(2); // at most once
  for (const [line] of out.matchAll(/^ {2}(?:-\w, )?--[a-z-]+.*$(?:\n {4,}\S.*)?/gm)) expect(line).toMatch(/ {2,}\S|\n {4,}\S/);
});

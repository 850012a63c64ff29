import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../support/documents.ts';
import { unitFiles } from '../support/units.ts';
import { unknownIn } from './commandLine.ts';

const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8');

interface Compose {
  readonly services: Readonly<Record<string, { readonly image: string; readonly command?: readonly string[] }>>;
}
const wordsOf = (unit: string) => /^ExecStart=\/usr\/bin\/env hypertide (.*)$/m.exec(unit)![1]!.split(' ');
type Line = readonly [name: string, words: readonly string[]];
const composed = Object.entries((parse(read('docker/compose.yaml'), { merge: true }) as Compose).services)
  .filter(([, { image }]) => image === 'hypertide')
  .map(([name, { command }]): Line => [name, command!]);
const lines: readonly Line[] = [...Object.entries(unitFiles).map(([name, text]): Line => [name, wordsOf(text)]), ...composed];

it.each(Object.entries(unitFiles))('%s is as npm run schema writes it', (name, text) => expect(read(`systemd/${name}`)).toBe(text));

it.each(lines)('%s starts a command with options that it has', (_, line) => {
  expect(line.length).toBeGreaterThan(1);
  expect(unknownIn(line)).toEqual([]);
});

it('finds an option that does not exist', () => expect(unknownIn(['serve', 'a.yaml', '--no-such'])).toEqual(['--no-such']));

it('the image does not run as root', () => expect(read('docker/Dockerfile')).toMatch(/^USER node$/m));

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStudyFile } from '../../src/cli/studyFile.ts';
import { studyFile, workplace } from './support.ts';

async function faultOf(text: string): Promise<string> {
  const place = workplace({ 's.yaml': text });
  const error = await readStudyFile(join(place.directory, 's.yaml')).then(
    () => new Error('read'),
    (e: Error) => e,
  );
  expect(error.name).toBe('StudyFileError');
  return error.message.slice(place.directory.length + 1);
}

describe('a study file', () => {
  it('is read with all that it says', async () => {
    const place = workplace({ 's.yaml': `${studyFile}command: python train.py {lr}\ntimeLimit: 60\n` });
    const { command, timeLimit, grace, options, strategy } = await readStudyFile(join(place.directory, 's.yaml'));
    expect({ command, timeLimit, grace, spec: strategy.spec }).toEqual({
      command: ['python', 'train.py', '{lr}'],
      timeLimit: 60,
      grace: 1,
      spec: { ga: { population: 4 } },
    });
    expect(options).toEqual({ study: 'demo', objectives: { loss: 'minimize' }, trials: 12, parallel: 3, seed: 1 });
  });

  it.each([
    ['a key', 'parallel: 3', 'paralel: 3', /^s.yaml:9:1: paralel: unknown key, .*; did you mean parallel\?$/],
    ['a type', 'type: int', 'type: itn', /^s.yaml:4:12: parameters.units.type: .* got "itn"; did you mean int\?$/],
    ['a value', 'low: 16', 'low: x', /^s.yaml:4:23: parameters.units.low: expected a finite number, got "x"$/],
    ['a field', 'low: 16', 'lwo: 16', /^s.yaml:4:23: parameters.units.lwo: unknown key, .*; did you mean low\?$/],
    ['a direction', 'loss: minimize', 'loss: minimise', /^s.yaml:6:3: objectives.loss: expected minimize or maximize, got "minimise"$/],
    ['a strategy', '{ ga: { population: 4 } }', 'gaa', /^s.yaml:7:1: strategy: expected one of .*, got "gaa"; did you mean ga\?$/],
    ['an option', 'population: 4', 'populaton: 4', /^s.yaml:7:19: strategy.ga.populaton: .*; did you mean population\?$/],
    [
      "an option's value",
      'population: 4',
      'population: 0',
      /^s.yaml:7:19: strategy.ga.population: expected a whole number of at least 2, got 0$/,
    ],
    [
      'a nested option',
      '{ ga: { population: 4 } }',
      '{ chain: [random, { asha: { min: 1, max: 9, ata: 3 } }] }',
      /^s.yaml:7:55: strategy.chain\[1\].asha.ata: .*mean eta\?$/,
    ],
    [
      'a nested value',
      '{ ga: { population: 4 } }',
      '{ chain: [{ asha: { min: 9, max: 1 } }] }',
      /^s.yaml:7:39: strategy.chain\[0\].asha.max: expected/,
    ],
    [
      'an option of none',
      '{ ga: { population: 4 } }',
      '{ random: { n: 4 } }',
      /^s.yaml:7:23: strategy.random.n: expected no options, got "n"$/,
    ],
    ['the form', 'seed: 1', 'seed: [1', /^s.yaml:1[01]:\d+: /],
    ['a key twice', 'seed: 1', 'seed: 1\nseed: 2', /^s.yaml:11:1: Map keys must be unique$/],
  ])('names the place of a wrong %s', async (_, right, wrong, message) => {
    expect(studyFile).toContain(right);
    expect(await faultOf(studyFile.replace(right, wrong))).toMatch(message);
  });

  it('must be there, and hold a mapping', async () => {
    expect(await faultOf('')).toBe('s.yaml: expected a mapping, got null');
    await expect(readStudyFile('/no/such.yaml')).rejects.toThrow('/no/such.yaml: cannot be read: there is no such file');
    await expect(readStudyFile('/')).rejects.toThrow('/: cannot be read: it is a directory');
  });
});

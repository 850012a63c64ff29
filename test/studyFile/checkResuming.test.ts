import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/programs/template.ts';
import { checkResuming } from '../../src/studyFile/checkResuming.ts';
import { hypertide, journalOf, studyIn, TRAINER } from '../cli/support.ts';

const command = (...words: readonly string[]) => parseTemplate(['train', ...words], ['lr']);
const check = (strategy: unknown, more: Partial<Parameters<typeof checkResuming>[0]> = {}) =>
  checkResuming({ strategy, resumes: false, command: command('--lr', '{lr}'), ...more });

const pausing = [
  { chain: [{ asha: { min: 1, max: 9, pause: true } }, 'tpe'] },
  { bandit: { arms: { one: { chain: [{ hyperband: { min: 1, max: 9, pause: true } }, 'tpe'] }, two: 'tpe' } } },
  { mix: { one: [{ asha: { min: 1, max: 9, pause: true } }, 2], two: 'tpe' } },
  { take: [9, { dedupe: { fill: { hyperband: { min: 1, max: 9, pause: true } } } }] },
  { until: [{ plateau: 3 }, { pbt: { max: 9 } }] },
];

describe('a strategy that pauses trials', () => {
  it.each(pausing.map((strategy) => [JSON.stringify(strategy), strategy] as const))(
    'is refused without a word on resuming: %s',
    (_, strategy) => {
      expect(() => check(strategy)).toThrow(
        /pauses trials and resumes them, .* write "resumes: true" in the study file .*, or pass \{checkpoint\} or \{budget\}/,
      );
      expect(() => check(strategy, { resumes: true })).not.toThrow();
      expect(() => check(strategy, { command: command('--resume={checkpoint}') })).not.toThrow();
      expect(() => check(strategy, { command: command('--epochs', '{budget}') })).not.toThrow();
    },
  );

  it.each([undefined, 'tpe', { chain: [{ asha: { min: 1, max: 9 } }, 'tpe'] }, { chain: [{ budget: 9 }, 'tpe'] }, ['code']])(
    'is not %j',
    (strategy) => expect(() => check(strategy)).not.toThrow(),
  );

  it('is refused by run before the first trial, unless the study declares that the trainer resumes', async () => {
    const study = 'trials: 3\nstrategy: { chain: [{ asha: { min: 1, max: 3, pause: true } }, random] }\n';
    const refused = await hypertide(studyIn(study), 'run', 'study.yaml', '--', ...TRAINER);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('hypertide: asha pauses trials and resumes them');
    const place = studyIn(`${study}resumes: true\n`);
    expect((await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
    expect(journalOf(place)[0]).toMatchObject({ type: 'created', resumes: true });
  });

  it('is refused by serve without the declaration, whatever the server', async () => {
    const place = studyIn('strategy: { chain: [{ hyperband: { min: 1, max: 3, pause: true } }, tpe] }\n');
    const { code, err } = await hypertide(place, 'serve', 'study.yaml', '--nats', 'nats://127.0.0.1:1');
    expect(code).toBe(2);
    expect(err).toMatch(/hyperband pauses trials .* write "resumes: true" in the study file if it loads its checkpoint; otherwise leave/);
  });

  it('is refused by change as by run, unless the study resumes already', async () => {
    const pausing = JSON.stringify({ chain: [{ asha: { min: 1, max: 3, pause: true } }, 'random'] });
    const begun = async (more: string) => {
      const place = studyIn(`trials: 1\n${more}`);
      expect((await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
      return hypertide(place, 'change', 'study.jsonl', '--strategy', pausing);
    };
    const refused = await begun('strategy: random\n');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('asha pauses trials and resumes them, but the study does not declare that the trainer can resume');
    expect(refused.err).toContain('write "resumes: true" in the study file if it loads its checkpoint; otherwise leave out');
    expect((await begun('strategy: random\nresumes: true\n')).code).toBe(0);
    expect((await begun('resumes: true\nstrategy: { chain: [{ hyperband: { min: 1, max: 3, pause: true } }, random] }\n')).code).toBe(0);
  });
});

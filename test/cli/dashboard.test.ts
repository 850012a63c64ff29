import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineStrategy, propose } from '../../streams/core.ts';
import { firstRungText } from '../../streams/explanation/phases.ts';
import { asha, chain, createStudy, float, ga, optimize, random, space, take, tpe } from '../../streams/index.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { ensurePage } from '../support/build.ts';
import { directory, expectRefused, expectText, hypertide, start, studyIn, TRAINER, until } from './support.ts';

describe('hypertide dashboard', () => {
  it('serves journals until it is interrupted, and prints its address', async () => {
    await ensurePage();
    const place = studyIn('trials: 3\nparallel: 1\n');
    expect((await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
    const { child, said, ended } = start(place, 'dashboard', 'study.jsonl', '--port', '0');
    await until(() => said().includes('to end it'));
    const [, url] = /dashboard: (\S+)\npress Ctrl-C to end it\n/.exec(said())!;
    expect(await (await fetch(url!)).text()).toContain('<div id="app">');
    expect(await (await fetch(`${url}metrics`)).text()).toContain('hypertide_facts_total{study="study",kind="completed"} 3');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('says in one line what is wrong', async () => {
    const place = studyIn();
    writeFileSync(join(place, 'text.jsonl'), 'hello\n');
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.on('listening', resolve));
    const { port } = busy.address() as { port: number };
    await ensurePage();
    for (const [args, expected] of [
      [['dashboard', 'http://127.0.0.1:1'], 'has the page itself'],
      [['dashboard', 'none.jsonl'], 'none.jsonl'],
      [['dashboard', 'text.jsonl'], 'expected a journal'],
      [['dashboard', '--port', '99999'], 'expected a port'],
      [['study', 'report', 'none.jsonl'], 'none.jsonl'],
    ] as const) {
      const { code, err } = await hypertide(place, ...args);
      expect(code, args.join(' ')).toBe(2);
      expect(err).toContain(expected);
    }
    expect((await hypertide(place, 'run', 'study.yaml', '--trials', '1', '--', ...TRAINER)).code).toBe(0);
    const { code, err } = await hypertide(place, 'dashboard', 'study.jsonl', '--port', String(port));
    expect([code, err]).toEqual([2, expect.stringContaining(`cannot listen at 127.0.0.1:${port}`)]);
    busy.close();
  });
});

describe('hypertide why', () => {
  it('names the strategy, its phase and the result, and recomputes the decision', async () => {
    const place = directory();
    const log = await openJournal(join(place, 's.jsonl'));
    const strategy = tpe({ startup: 6 });
    await optimize(space({ x: float(0, 1) }), ({ x }) => x, { log, trials: 12, seed: 1, strategy }).result();
    await log.close();
    const { code, out } = await hypertide(place, 'why', 's.jsonl', '12');
    expect(code).toBe(0);
    expectText(out);
    for (const words of [[], ['2']]) expectText((await hypertide(place, 'why', 's.jsonl', ...words)).out);
    expect(JSON.parse((await hypertide(place, 'why', 's.jsonl', '12', '--json')).out)).toMatchObject({
      trial: 12,
      by: 'tpe',
      recomputed: 'equal',
    });
    expectRefused(await hypertide(place, 'why', 's.jsonl', '13'));
  });
});

describe('why, of a stopped trial,', () => {
  it('names the rung and how the trial compared there, or that a person or the end of the study stopped it', async () => {
    const place = directory();
    const log = await openJournal(join(place, 's.jsonl'));
    const strategy = chain(asha({ min: 1, max: 9, first: 1 }), random());
    const study = createStudy(space({ x: float(0, 1) }), { log, strategy, objectives: { accuracy: 'maximize' }, seed: 1, parallel: 2 });
    for (const accuracy of [0.5, 0.9, 0.4]) {
      const { trial } = (await study.ask())!;
      await study.report(trial, accuracy, 1);
      await study.tell(trial, accuracy);
    }
    const [cancelled, last] = [(await study.ask())!.trial, (await study.ask())!.trial];
    await study.cancel(cancelled);
    await study.stopped(cancelled);
    await log.append({ type: 'closed', reason: 'person' });
    await log.append({ type: 'stopped', trial: last, run: `${last}.1`, by: 'closed' });
    await study.close();
    const { out } = await hypertide(place, 'why', 's.jsonl', '3');
    expectText(out);
    const rows = (await hypertide(place, 'trials', 's.jsonl')).out.split('\n').slice(1);
    expect(rows.map((row) => row.match(/by (asha: .*|a person)|because .*/)?.[0])).toEqual([
      expect.stringMatching(/^by asha: 0.5 .* 1 of 1 .* 1;/),
      undefined,
      expect.stringMatching(/^by asha: 0.4 .* 3 of 3 .* 1;/),
      expect.stringMatching('^because'),
      expect.stringMatching('^because'),
      undefined,
    ]);
    expect((await hypertide(place, 'why', 's.jsonl', '2')).out).not.toContain('stopped by');
  });

  it('shows the parents of a child, the results known then, and an uncertainty of 0', async () => {
    const place = directory();
    const log = await openJournal(join(place, 's.jsonl'));
    const own = defineStrategy({
      name: 'own',
      init: () => undefined,
      tell: () => undefined,
      ask: (_state, ask, _rng, env) => propose(ask, env.name, [0.25], { origin: 'moved x', mean: '0.5', sd: '0' }),
    });
    await optimize(space({ x: float(0, 1) }), ({ x }) => x, {
      log,
      trials: 21,
      strategy: chain(take(20, ga({ population: 8 })), own),
    }).result();
    await log.close();
    expect((await hypertide(place, 'why', 's.jsonl', '12')).out).toMatch(/\norigin: parents? \d+/);
    const { out } = await hypertide(place, 'why', 's.jsonl', '21');
    expectText(out);
    expect(JSON.parse((await hypertide(place, 'why', 's.jsonl', '21', '--json')).out)).toMatchObject({
      predicted: { values: [{ objective: 'value', mean: 0.5, sd: 0 }] },
    });
    expectText((await hypertide(place, 'verify', 's.jsonl')).err);
  });
});

describe('the text of the first rung', () => {
  it('explains the numbers that a tag has', () => {
    const reasons = [
      "1 predicts the order at 3 with a Kendall's tau of -0.00 (46",
      "3 predicts the order at 9 with a Kendall's tau of 0.87 (9",
    ];
    expect(firstRungText(`3: ${reasons.join(' configurations); ')} configurations)`)).toBe(
      'step 3 on: of two trials, the better one at step 1 is the better one at step 3 in about 50 % of cases (46 configurations); ' +
        'of two trials, the better one at step 3 is the better one at step 9 in about 94 % of cases (9 configurations)',
    );
    expect(firstRungText('1: too few trials have reached 3 to say whether 1 predicts their order')).toBe(
      'step 1 on: too few trials have reached 3 to say whether 1 predicts their order',
    );
    expect(firstRungText('9, as the option first says')).toBe('step 9, as the option first says');
  });
});

describe('hypertide importance', () => {
  const created = {
    type: 'created',
    format: 1,
    rules: 1,
    decisions: 1,
    study: 's',
    space: { parameters: { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } } },
    objectives: [{ name: 'loss', direction: 'minimize' }],
    strategy: 'random',
    seed: '1',
    limits: {},
    parallel: 1,
    duplicates: 'allow',
    version: '0',
  };
  const parseParams = (trial: number) => ({ x: ((trial * 7) % 31) / 31, y: ((trial * 13) % 31) / 31 });

  it('shows which parameters matter', async () => {
    const place = directory();
    const facts: object[] = [created];
    for (let trial = 1; trial <= 30; trial++) {
      const params = parseParams(trial);
      facts.push(
        { type: 'suggested', trial, attempt: 1, by: 'import', params },
        { type: 'completed', trial, run: 'import', values: { loss: params.x } },
      );
    }
    writeFileSync(join(place, 's.jsonl'), facts.map((fact) => `${JSON.stringify({ at: 1, ...fact })}\n`).join(''));
    const { fanova, pedAnova, results } = JSON.parse((await hypertide(place, 'study', 'importance', 's.jsonl', '--json')).out);
    expect(results).toBe(30);
    expect(fanova.x).toBeGreaterThan(0.9);
    expect(pedAnova.x).toBeGreaterThan(0.7);
    const { out, err } = await hypertide(place, 'study', 'importance', 's.jsonl');
    expect(out).toMatch(/^parameter +fANOVA +PED-ANOVA +a choice\nx +\d+\.\d % \(\d+\.\d–\d+\.\d\) .*more than 0\.\d+ worse with 0\.9/);
    expect(err).toMatch(/^x matters most$/m);
  });

  it('explains the objective that you name, and says if the results cannot order the parameters', async () => {
    const place = directory();
    const objectives = ['loss', 'size'].map((name) => ({ name, direction: 'minimize' }));
    const facts: object[] = [{ ...created, objectives }];
    for (let trial = 1; trial <= 30; trial++) {
      const params = parseParams(trial);
      facts.push(
        { type: 'suggested', trial, attempt: 1, by: 'import', params },
        { type: 'completed', trial, run: 'import', values: { loss: params.x + params.y, size: params.y } },
      );
    }
    writeFileSync(join(place, 's.jsonl'), facts.map((fact) => `${JSON.stringify({ at: 1, ...fact })}\n`).join(''));
    expect((await hypertide(place, 'study', 'importance', 's.jsonl')).err).toContain('not yet clear which parameter matters most');
    const { objective, fanova } = JSON.parse(
      (await hypertide(place, 'study', 'importance', 's.jsonl', '--objective', 'size', '--json')).out,
    );
    expect([objective, fanova.y > 0.9]).toEqual(['size', true]);
    expect((await hypertide(place, 'study', 'importance', 's.jsonl')).err).toMatch(
      /^importance for loss; for another objective: --objective size\n/,
    );
    const { code, err } = await hypertide(place, 'study', 'importance', 's.jsonl', '--objective', 'speed');
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining('objective: expected one of loss, size, got "speed"')]);
    expect(code).not.toBe(0);
  });

  it('reports that there are too few results', async () => {
    const place = studyIn('trials: 1\n');
    await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER);
    expect((await hypertide(place, 'study', 'importance', 'study.jsonl', '--json')).out).toBe('null\n');
    const { code, err } = await hypertide(place, 'study', 'importance', 'study.jsonl');
    expect([code, err]).toEqual([7, expect.stringContaining('too few results')]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digits, open as openServer, type server, users } from './support.ts';

const waiting = (wait: number, trials = 6) => ({
  ...digits,
  strategy: { chain: [{ external: { proposer: 'agent', wait } }, 'random'] },
  trials,
});
async function open(study: object, options: Parameters<typeof server>[0] = {}) {
  const opened = await openServer(options, study);
  const { get, post } = opened;
  return {
    ...opened,
    turn: async (query = '') => (await get(`studies/digits/queue?proposer=agent${query}`)).body,
    propose: (fields: object, headers?: Readonly<Record<string, string>>) =>
      post('studies/digits/propose', { proposer: 'agent', ...fields }, headers),
    /** Asks for a trial and tells its result. */
    work: async () => {
      const { body } = await post('studies/digits/ask');
      if (body.next === 'trial')
        await post(`studies/digits/trials/${body.trial}/tell`, { run: body.run, values: { loss: body.params.lr } });
      return body;
    },
  };
}

describe('a proposer over HTTP', () => {
  it('proposes when a trainer waits for it, until the study is over', async () => {
    const { get, turn, propose, work } = await open(waiting(10));
    const proposer = async () => {
      for (let units = 1; ; units++) {
        const { next } = await turn('&ahead=0&wait=10');
        if (next === 'over') return units - 1;
        if (next === 'propose') expect((await propose({ params: { units }, note: `guess ${units}` })).status).toBe(200);
      }
    };
    const proposals = proposer();
    for (let trial = 1; trial <= 6; trial++) expect(await work()).toMatchObject({ next: 'trial', trial, params: { units: trial } });
    expect((await work()).next).toBe('over');
    expect(await proposals).toBe(6);
    expect((await get('studies/digits/trials/3')).body).toMatchObject({
      by: 'external',
      tags: { note: 'guess 3' },
      proposal: expect.any(Number),
    });
  });

  it('may have digits as its name', async () => {
    const { get } = await open({ ...digits, strategy: { chain: [{ external: '7' }, 'random'] } });
    expect((await get('studies/digits/queue?proposer=7&wait=0')).body).toEqual({ next: 'propose', waiting: 0 });
  });

  it('gets asks in advance, so that no trainer waits', async () => {
    const { turn, propose } = await open(waiting(10));
    expect(await turn()).toEqual({ next: 'propose', waiting: 0 });
    await propose({ params: { units: 1 } });
    expect(await turn('&wait=0')).toEqual({ next: 'wait', waiting: 1 });
    expect(await turn('&ahead=2')).toEqual({ next: 'propose', waiting: 1 });
    expect(await turn('&ahead=0&wait=0')).toEqual({ next: 'wait', waiting: 1 });
  });

  it('that has ended is replaced, and used again once it proposes', async () => {
    const { turn, propose, work, directory } = await open(waiting(0.05));
    expect(await work()).toMatchObject({ trial: 1 });
    expect(await turn('&ahead=0')).toEqual({ next: 'propose', waiting: 0 }); // it was absent
    await propose({ params: { units: 7 } });
    expect(await work()).toMatchObject({ params: { units: 7 } });
    const types = readFileSync(join(directory, 'digits.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).type);
    expect(types.filter((type: string) => type === 'expired')).toHaveLength(1);
  });

  it('gets the error of a wrong proposal', async () => {
    const { get, post, propose, work } = await open(waiting(0.05));
    expect(await propose({ params: { lr: 7 } })).toMatchObject({ status: 400, body: { code: 'bad-field' } });
    await propose({ params: { lr: 0.01, units: 3 } });
    await work();
    expect(await propose({ params: { lr: 0.01, units: 3 } })).toMatchObject({ status: 409, body: { code: 'duplicate' } });
    expect(await propose({ params: {}, proposer: 'other' })).toMatchObject({ status: 404, body: { code: 'unknown-proposer' } });
    expect(await get('studies/digits/queue?proposer=other')).toMatchObject({ status: 404, body: { code: 'unknown-proposer' } });
    expect(await get('studies/digits/queue')).toMatchObject({ status: 400, body: { code: 'missing-field' } });
    await post('studies/digits/close');
    expect(await propose({ params: {} })).toMatchObject({ status: 409, body: { code: 'closed' } });
    expect(await get('studies/digits/queue?proposer=agent')).toMatchObject({ body: { next: 'over', reason: 'person' } });
  });

  it('has its user in the log, and is limited by its allowance', async () => {
    const { hosted, propose, as } = await open(waiting(10), { users });
    expect(await propose({ params: { units: 3 } }, as('w1'))).toMatchObject({ status: 403 });
    expect(await propose({ params: { units: 3 } }, as('agent'))).toMatchObject({ body: { fact: { type: 'proposed' } } });
    expect(await propose({ params: { units: 4 } }, as('agent'))).toMatchObject({ status: 200 });
    expect(await propose({ params: { units: 5 } }, as('agent'))).toMatchObject({ status: 409, body: { code: 'allowance' } });
    expect(hosted.ledger.inbox('agent').proposals).toHaveLength(2);
  });

  it('stops waiting when another strategy replaces it', async () => {
    const { turn, propose, post } = await open(waiting(10));
    await propose({ params: { units: 1 } });
    const answer = turn('&wait=10');
    await post('studies/digits/change', { strategy: 'random' });
    expect(await answer).toMatchObject({ code: 'unknown-proposer' });
  });
});

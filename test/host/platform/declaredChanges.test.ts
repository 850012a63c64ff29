import { expect, it } from 'vitest';
import { declaredChanges } from '../../../src/host/platform/declaredChanges.ts';

const before = { nats: { url: 'nats://a' }, teams: { vision: { users: ['w1', 'w2'], quota: { parallel: 30 } }, speech: {} } };

it.each<[string, object, readonly string[]]>([
  ['nothing, in another order', { teams: { speech: {}, vision: { quota: { parallel: 30 }, users: ['w1', 'w2'] } }, nats: before.nats }, []],
  [
    'a team, by its parts',
    { ...before, teams: { vision: { users: ['w1'], quota: { parallel: 36, slots: { gpu: 2 } } }, speech: {} } },
    ['vision: users w1, w2 -> w1, parallel 30 -> 36, slots.gpu none -> 2'],
  ],
  ['a part that is new', { ...before, teams: { ...before.teams, speech: { quota: { parallel: 5 } } } }, ['speech: parallel none -> 5']],
  ['other teams', { ...before, teams: { vision: before.teams.vision, late: {} } }, ['speech: no longer a team', 'late: a new team']],
  ['the rest', { ...before, nats: { url: 'nats://b' }, days: 9 }, ['nats.url nats://a -> nats://b', 'days none -> 9']],
])('names %s', (_, after, changes) => {
  expect(declaredChanges(before, after)).toEqual(changes);
});

it('takes a file that a person has broken as one that declares nothing', () => {
  expect(declaredChanges('nonsense', { days: 9, teams: { vision: {} } })).toEqual(['days none -> 9', 'vision: a new team']);
});

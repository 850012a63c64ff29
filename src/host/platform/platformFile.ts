import { dirname, join, resolve } from 'node:path';
import { checkName } from '../../../streams/nats/protocol/subjects.ts';
import { secondsOf, timeAmount } from '../../schema/amount.ts';
import { notNegative, text, wholeFrom } from '../../schema/optionRules.ts';
import { checkedBy, fields, mapping, nonEmptyListOf } from '../../space/shape.ts';
import { readDocument } from '../../studyFile/readDocument.ts';
import type { Place } from '../serving/place.ts';
import type { Quota } from '../serving/quota.ts';

/** Teams that share servers, engines and workers, as platform.yaml declares them. */
export interface Platform {
  readonly nats: { readonly url: string };
  /** The folder of the keys of all teams. */
  readonly keys: string;
  readonly teams: readonly PlatformTeam[];
}

export interface PlatformTeam {
  readonly name: string;
  /** The names of its trainers. */
  readonly users: readonly string[];
  readonly quota?: Quota;
}

const amounts = (expected: string) => mapping(checkedBy(notNegative), expected);
const quota = fields(
  {},
  {
    studies: checkedBy(wholeFrom(0)),
    parallel: checkedBy(wholeFrom(0)),
    slots: amounts('amounts by name, such as { gpu: 8 }'),
    trials: checkedBy(wholeFrom(0)),
    seconds: checkedBy(timeAmount),
    cost: checkedBy(notNegative),
    spend: amounts('sums of metrics, such as { usd: 100 }'),
  },
);
const team = fields({}, { users: nonEmptyListOf(checkedBy(text)), quota });
const layout = fields({ nats: fields({ url: checkedBy(text) }, {}), teams: mapping(team, 'names of teams') }, { keys: checkedBy(text) });

/**
 * Reads platform.yaml. Paths in it are relative to its folder.
 *
 * @throws StudyFileError with the place in the file
 */
export const readPlatform = (path: string): Promise<Platform> =>
  readDocument(path, (data) => {
    const { nats, teams, keys = 'keys' } = layout.read('platform', data);
    const named = Object.entries(teams).map(([name, { users = [], quota: { seconds, ...quota } = {} }]) => {
      checkName(`teams.${name}`, name);
      for (const [i, user] of users.entries()) checkName(`teams.${name}.users[${i}]`, user);
      return { name, users, quota: { ...quota, seconds: secondsOf(seconds) } };
    });
    return { nats, keys: resolve(dirname(path), keys), teams: named };
  });

/** Where the studies of a team are, with the login of its engine. */
export const placeOfTeam = ({ nats, keys }: Platform, { name, quota }: PlatformTeam): Place => ({
  nats: nats.url,
  access: { creds: join(keys, name, 'engine.creds') },
  team: name,
  ...(quota && { quota }),
});

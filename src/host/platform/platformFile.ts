import { dirname, join, resolve } from 'node:path';
import { checkName } from '../../../streams/nats/protocol/subjects.ts';
import { text } from '../../schema/optionRules.ts';
import { checkedBy, fields, mapping, nonEmptyListOf } from '../../space/shape.ts';
import { readDocument } from '../../studyFile/readDocument.ts';
import type { Place } from '../serving/place.ts';

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
}

const team = fields({}, { users: nonEmptyListOf(checkedBy(text)) });
const layout = fields({ nats: fields({ url: checkedBy(text) }, {}), teams: mapping(team, 'names of teams') }, { keys: checkedBy(text) });

/**
 * Reads platform.yaml. Paths in it are relative to its folder.
 *
 * @throws StudyFileError with the place in the file
 */
export const readPlatform = (path: string): Promise<Platform> =>
  readDocument(path, (data) => {
    const { nats, teams, keys = 'keys' } = layout.read('platform', data);
    const named = Object.entries(teams).map(([name, { users = [] }]) => {
      checkName(`teams.${name}`, name);
      for (const [i, user] of users.entries()) checkName(`teams.${name}.users[${i}]`, user);
      return { name, users };
    });
    return { nats, keys: resolve(dirname(path), keys), teams: named };
  });

/** Where the studies of a team are, with the login of its engine. */
export const placeOfTeam = ({ nats, keys }: Platform, team: string): Place => ({
  nats: nats.url,
  access: { creds: join(keys, team, 'engine.creds') },
  team,
});

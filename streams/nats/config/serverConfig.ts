import { nkeys } from '@nats-io/nats-core';
import { inboxOfTrainer } from '../protocol/subjects.ts';
import { type Rights, rightsOf, rightsOfTrainer, roles, type Share, sharedWith } from './rights.ts';
import { quoted, type ServerSettings, serverText } from './server.ts';
import { bytesOf, checkTeams, type KeyOf, keyName, type Limits, pairOf, seedIn, studiesOf, type Team } from './team.ts';

export interface ServerConfigOptions extends ServerSettings {
  readonly teams: readonly Team[];
  /** The existing seed of a user; if there is none, one is created. */
  readonly seedOf?: KeyOf;
}

export interface ServerConfig {
  /** A whole nats-server.conf. */
  readonly text: string;
  /** The same for another server of its cluster. */
  readonly textOf: (server: ServerSettings) => string;
  /** The seed of each user: `engine`, `operator`, `admin`, `viewer`, and each trainer, or `vision/engine` for a team with a name. */
  readonly seeds: Readonly<Record<string, string>>;
}

/**
 * The configuration of a server that gives each user only the rights that it needs. The streams of a team are in the team's account. Each trainer has
 * its own account, which imports only its own subjects: permissions within one account are not enough, because a trainer could write into a log by
 * using one of its subjects as the reply subject of a permitted request.
 *
 * @throws OptionError for names that cannot be part of a subject, or are used twice, and for invalid seeds.
 */
export function serverConfig({ teams, seedOf = () => undefined, ...settings }: ServerConfigOptions): ServerConfig {
  checkTeams(teams);
  const seeds: Record<string, string> = {};
  const accounts = teams.flatMap((team) => {
    const { limits = {} } = team;
    const studies = studiesOf(team, settings.prefix);
    const user = (name: string, rights: Rights): User => {
      const key = keyName(team, name);
      const pair = pairOf(`the seed of ${key}`, seedOf(key), nkeys.createUser);
      seeds[key] = seedIn(pair);
      return { nkey: pair.getPublicKey(), ...rights };
    };
    const prefix = team.name === undefined ? '' : `${team.name}_`;
    const engine = `${prefix}ENGINE`;
    const accountOf = (trainer: string) => `${prefix}TRAINER_${trainer}`;
    const main = account(engine, {
      jetstream: streamsOf(limits),
      limits,
      users: roles.map((role) => user(role, rightsOf[role](studies))),
      exports: team.trainers.flatMap((trainer) => sharedWith(studies, trainer).map((share) => exported(share, accountOf(trainer)))),
    });
    const workers = team.trainers.map((trainer) =>
      account(accountOf(trainer), {
        limits,
        users: [user(trainer, rightsOfTrainer(studies, trainer, inboxOfTrainer(trainer)))],
        imports: sharedWith(studies, trainer).map((share) => imported(share, engine)),
      }),
    );
    return [main, ...workers];
  });
  const textOf = (server: ServerSettings) => `${serverText(server)}\naccounts {\n${accounts.join('\n')}\n}\n`;
  return { text: textOf(settings), textOf, seeds };
}

/** What an account may use of JetStream. */
function streamsOf(limits: Limits): string {
  const set = { max_file: bytesOf(limits), max_streams: limits.streams, max_consumers: limits.consumers };
  const known = Object.entries(set).flatMap(([name, most]) => (most === undefined ? [] : `${name}: ${most}`));
  return known.length === 0 ? 'enabled' : `{ ${known.join(', ')} }`;
}

interface User extends Rights {
  readonly nkey: string;
}

interface Account {
  readonly jetstream?: string;
  readonly limits: Limits;
  readonly users: readonly User[];
  readonly exports?: readonly string[];
  readonly imports?: readonly string[];
}

const exported = ({ kind, subject, many }: Share, to: string): string =>
  `{ ${kind}: ${quoted(subject)}, accounts: [${to}]${many ? ', response_type: "stream"' : ''} }`;
const imported = ({ kind, subject, as }: Share, from: string): string =>
  `{ ${kind}: { account: ${from}, subject: ${quoted(subject)} }${as === undefined ? '' : `, to: ${quoted(as)}`} }`;

function account(name: string, { jetstream, limits, users, exports = [], imports = [] }: Account): string {
  const rights = users.map(
    ({ nkey, publish, subscribe, answers }) => `{
        nkey: ${nkey}
        permissions: {
          publish: ${list(publish)}
          subscribe: ${list(subscribe)}${answers ? '\n          allow_responses: true' : ''}
        }
      }`,
  );
  const parts = [
    jetstream && `jetstream: ${jetstream}`,
    limits.connections !== undefined && `limits: { max_connections: ${limits.connections} }`,
    `users: [\n      ${rights.join('\n      ')}\n    ]`,
    exports.length > 0 && `exports: [\n      ${exports.join('\n      ')}\n    ]`,
    imports.length > 0 && `imports: [\n      ${imports.join('\n      ')}\n    ]`,
  ];
  return `  ${name} {\n    ${parts.filter(Boolean).join('\n    ')}\n  }`;
}

const list = (subjects: readonly string[]): string => `[${subjects.map(quoted).join(', ')}]`;

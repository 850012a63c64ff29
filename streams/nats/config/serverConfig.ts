import { nkeys } from '@nats-io/nats-core';
import { everyStudy, inboxOfTrainer, subjectsOf } from '../protocol/subjects.ts';
import { type Rights, rightsOf, rightsOfTrainer, roles, type Share, sharedWith } from './rights.ts';
import { quoted, type ServerSettings, serverText } from './server.ts';
import { checkNames, type KeyOf, pairOf, seedIn } from './team.ts';

export interface ServerConfigOptions extends Omit<ServerSettings, 'name' | 'cluster'> {
  /** Names of the studies. Default: all names. */
  readonly studies?: readonly string[] | undefined;
  readonly trainers: readonly string[];
  /** The disk space of the studies. Default: all that the server has. */
  readonly bytes?: number | undefined;
  /** The existing seed of a user; if there is none, one is created. */
  readonly seedOf?: KeyOf;
}

export interface ServerConfig {
  /** A whole nats-server.conf. */
  readonly text: string;
  /** The seed of each user: `engine`, `operator`, `admin`, `viewer`, and each trainer. */
  readonly seeds: Readonly<Record<string, string>>;
}

const ENGINE = 'ENGINE';
const accountOf = (trainer: string): string => `TRAINER_${trainer}`;

/**
 * The configuration of one server for one team, which gives each user only the rights that it needs. The streams are in the account of the engine. Each
 * trainer has its own account, which imports only its own subjects: permissions within one account are not enough, because a trainer could write into a
 * log by using one of its subjects as the reply subject of a permitted request.
 *
 * @throws OptionError for names that cannot be part of a subject, or are used twice, and for invalid seeds.
 */
export function serverConfig({
  studies: names,
  trainers,
  bytes,
  seedOf = () => undefined,
  ...settings
}: ServerConfigOptions): ServerConfig {
  checkNames('study', names ?? []);
  checkNames('trainer', trainers, roles);
  const studies = names?.map((study) => subjectsOf(study)) ?? [everyStudy()];
  const seeds: Record<string, string> = {};
  const user = (name: string, rights: Rights): User => {
    const pair = pairOf(`the seed of ${name}`, seedOf(name), nkeys.createUser);
    seeds[name] = seedIn(pair);
    return { nkey: pair.getPublicKey(), ...rights };
  };
  const accounts = [
    account(ENGINE, {
      jetstream: bytes === undefined ? 'enabled' : `{ max_file: ${bytes} }`,
      users: roles.map((role) => user(role, rightsOf[role](studies))),
      exports: trainers.flatMap((trainer) => sharedWith(studies, trainer).map((share) => exported(share, accountOf(trainer)))),
    }),
    ...trainers.map((trainer) =>
      account(accountOf(trainer), {
        users: [user(trainer, rightsOfTrainer(studies, trainer, inboxOfTrainer(trainer)))],
        imports: sharedWith(studies, trainer).map((share) => imported(share, ENGINE)),
      }),
    ),
  ];
  return { text: `${serverText(settings)}\naccounts {\n${accounts.join('\n')}\n}\n`, seeds };
}

interface User extends Rights {
  readonly nkey: string;
}

interface Account {
  readonly jetstream?: string;
  readonly users: readonly User[];
  readonly exports?: readonly string[];
  readonly imports?: readonly string[];
}

const exported = ({ kind, subject, many }: Share, to: string): string =>
  `{ ${kind}: ${quoted(subject)}, accounts: [${to}]${many ? ', response_type: "stream"' : ''} }`;
const imported = ({ kind, subject, as }: Share, from: string): string =>
  `{ ${kind}: { account: ${from}, subject: ${quoted(subject)} }${as === undefined ? '' : `, to: ${quoted(as)}`} }`;

function account(name: string, { jetstream, users, exports = [], imports = [] }: Account): string {
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
    `users: [\n      ${rights.join('\n      ')}\n    ]`,
    exports.length > 0 && `exports: [\n      ${exports.join('\n      ')}\n    ]`,
    imports.length > 0 && `imports: [\n      ${imports.join('\n      ')}\n    ]`,
  ];
  return `  ${name} {\n    ${parts.filter(Boolean).join('\n    ')}\n  }`;
}

const list = (subjects: readonly string[]): string => `[${subjects.map(quoted).join(', ')}]`;

import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../src/errors.ts';
import { checkName, subjectsOf, TRAINERS } from './subjects.ts';

export interface ServerConfigOptions {
  readonly studies: readonly string[];
  /** Names of trainers: each has an account of its own. */
  readonly trainers: readonly string[];
  /** Directory of the streams. */
  readonly store?: string;
  readonly host?: string;
  readonly port?: number;
  /** The existing seed of a user; if there is none, one is created. */
  readonly seedOf?: (name: string) => string | undefined;
}

export interface ServerConfig {
  /** A whole nats-server.conf. */
  readonly text: string;
  /** What each one comes in with: `engine`, `operator`, `viewer`, and each trainer. */
  readonly seeds: Readonly<Record<string, string>>;
}

/**
 * The configuration of a server on which each user has only the rights that it needs. The streams are in the engine's account. Each trainer has its own
 * account, which imports only its own subjects: permissions within one account are not enough, because a trainer could write into a log by naming a
 * subject of it as the reply subject of a permitted request.
 *
 * @throws OptionError for names that cannot stand in a subject, that stand twice, or that others have, and for what is no seed.
 */
export function serverConfig({
  studies,
  trainers,
  store = 'nats-store',
  host = '0.0.0.0',
  port = 4222,
  seedOf = () => undefined,
}: ServerConfigOptions): ServerConfig {
  checkNames('study', studies);
  checkNames('trainer', trainers, others);
  const seeds: Record<string, string> = {};
  const user = (name: string): string => {
    const seed = seedOf(name);
    const pair = seed === undefined ? nkeys.createUser() : pairOf(name, seed);
    seeds[name] = new TextDecoder().decode(pair.getSeed());
    return pair.getPublicKey();
  };
  const engine = account('ENGINE', {
    jetstream: true,
    users: [
      {
        nkey: user('engine'),
        publish: studies.flatMap(ofEngine),
        subscribe: ['_INBOX_engine.>', VIEWER_INBOX, ...studies.flatMap(toEngine)],
        answers: true,
      },
      {
        nkey: user('operator'),
        publish: studies.map((study) => subjectsOf(study).rpc('*')),
        subscribe: ['_INBOX_operator.>', VIEWER_INBOX, ...studies.flatMap(shown)],
      },
      { nkey: user('viewer'), publish: studies.flatMap(asked), subscribe: [VIEWER_INBOX, ...studies.flatMap(shown)] },
    ],
    exports: studies.flatMap((study) => trainers.flatMap((name) => sharedWith(study, name))),
  });
  const workers = trainers.map((name) => {
    const shared = studies.flatMap((study) => sharedWith(study, name));
    return account(accountOf(name), { users: [{ nkey: user(name), ...rightsTo(shared, `_INBOX_${name}.>`) }], imports: shared });
  });
  const text = `# Made by hypertide nats-config. Seeds are elsewhere: none of this is secret.
host: ${quoted(host)}
port: ${port}

jetstream {
  store_dir: ${quoted(store)}
  # Each message is on the disk before it is acknowledged. With the default, 2m, a power cut loses what was acknowledged before it.
  sync_interval: always
}

accounts {
${[engine, ...workers].join('\n')}
}
`;
  return { text, seeds };
}

/** The subjects for answers to people. Users with more rights than a viewer use the same ones. */
const VIEWER_INBOX = '_INBOX_viewer.>';

/** Users that are no trainers. */
const others = ['engine', 'operator', 'viewer'];

function checkNames(option: string, names: readonly string[], taken: readonly string[] = []): void {
  for (const [i, name] of names.entries()) {
    checkName(option, name);
    if (names.indexOf(name) < i || taken.includes(name)) throw new OptionError(option, 'a name that is used once', name);
  }
}

function pairOf(name: string, seed: string): ReturnType<typeof nkeys.fromSeed> {
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed));
  } catch {
    throw new OptionError(`the seed of ${name}`, 'the seed of an nkey', 'something else');
  }
}

const accountOf = (trainer: string): string => `TRAINER_${trainer}`;

/** What one account lets another one use. */
interface Share {
  /** `service`: to publish to; `stream`: to subscribe to. */
  readonly kind: 'service' | 'stream';
  readonly subject: string;
  readonly account: string;
  /** A service that may answer more than once, or under another subject. */
  readonly many?: boolean;
}

function sharedWith(study: string, trainer: string): Share[] {
  const { stream, created, study: own, by, beat, directive, rejected } = subjectsOf(study);
  const to = accountOf(trainer);
  return [
    { kind: 'service', subject: by(trainer, '*'), account: to },
    { kind: 'service', subject: beat(trainer, '*'), account: to },
    { kind: 'service', subject: `$JS.API.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}`, account: to, many: true },
    { kind: 'service', subject: `$JS.ACK.${stream}.${TRAINERS}.>`, account: to },
    // The study, whether it has closed, and whether an attempt is taken: the last fact of each, never the log.
    ...[created, own, by('*', '*')].map(
      (subject): Share => ({ kind: 'service', subject: `$JS.API.DIRECT.GET.${stream}.${subject}`, account: to, many: true }),
    ),
    { kind: 'stream', subject: directive('*'), account: to },
    { kind: 'stream', subject: rejected(trainer), account: to },
  ];
}

/**
 * What viewers may subscribe to. Viewers are in the engine's account, because messages imported from one account are not exported to another. Only the
 * engine answers them there, and it answers only to inboxes.
 */
function shown(study: string): string[] {
  const { log, directive, rejected, status } = subjectsOf(study);
  return [log, directive('*'), rejected('*'), status];
}

const asked = (study: string): string[] => ['status', 'best', 'trials', 'log'].map((method) => subjectsOf(study).rpc(method));

function ofEngine(study: string): string[] {
  const { stream, created, suggested, study: own, directive, rejected, status } = subjectsOf(study);
  const api = ['STREAM.CREATE', 'STREAM.INFO', 'STREAM.MSG.GET', 'DIRECT.GET'].map((name) => `$JS.API.${name}.${stream}`);
  const consumers = ['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((name) => `$JS.API.CONSUMER.${name}.${stream}.>`);
  const ephemeral = `$JS.API.CONSUMER.CREATE.${stream}`;
  return [
    created,
    suggested,
    own,
    directive('*'),
    rejected('*'),
    status,
    ...api,
    `$JS.API.DIRECT.GET.${stream}.>`,
    ...consumers,
    ephemeral,
  ];
}

function toEngine(study: string): string[] {
  const { beat, rpc } = subjectsOf(study);
  return [beat('*', '*'), rpc('*')];
}

const rightsTo = (shares: readonly Share[], inbox: string) => ({
  publish: shares.filter(({ kind }) => kind === 'service').map(({ subject }) => subject),
  subscribe: [inbox, ...shares.filter(({ kind }) => kind === 'stream').map(({ subject }) => subject)],
});

interface User {
  readonly nkey: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it may answer what it is asked. */
  readonly answers?: boolean;
}

interface Account {
  readonly jetstream?: boolean;
  readonly users: readonly User[];
  readonly exports?: readonly Share[];
  readonly imports?: readonly Share[];
}

function account(name: string, { jetstream, users, exports = [], imports = [] }: Account): string {
  const out = exports.map(
    ({ kind, subject, account: to, many }) =>
      `{ ${kind}: ${quoted(subject)}, accounts: [${to}]${many ? ', response_type: "stream"' : ''} }`,
  );
  const into = imports.map(({ kind, subject }) => `{ ${kind}: { account: ENGINE, subject: ${quoted(subject)} } }`);
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
    jetstream && 'jetstream: enabled',
    `users: [\n      ${rights.join('\n      ')}\n    ]`,
    out.length > 0 && `exports: [\n      ${out.join('\n      ')}\n    ]`,
    into.length > 0 && `imports: [\n      ${into.join('\n      ')}\n    ]`,
  ];
  return `  ${name} {\n    ${parts.filter(Boolean).join('\n    ')}\n  }`;
}

const quoted = (text: string): string => JSON.stringify(text);
const list = (subjects: readonly string[]): string => `[${subjects.map(quoted).join(', ')}]`;

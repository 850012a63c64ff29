import { type NatsMethod, natsMethods, natsOperations } from '../../../src/study/operations.ts';
import { type Subjects, TRAINERS, trainersApi } from '../protocol/subjects.ts';

/** What a user may do on a server. */
export interface Rights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it may answer requests. */
  readonly answers?: boolean;
}

/** A subject of a team's account that another account may use. */
export interface Share {
  /** `service`: to publish to; `stream`: to subscribe to. */
  readonly kind: 'service' | 'stream';
  readonly subject: string;
  /** The subject under which the other account uses it, if it differs. */
  readonly as?: string;
  /** Whether the service may answer more than once, or under another subject. */
  readonly many?: boolean;
}

/** Users of a team's account, besides trainers. */
export const roles = ['engine', 'operator', 'admin', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** The subjects for answers to people. Users with more rights than a viewer use the same ones. */
const VIEWER_INBOX = '_INBOX_viewer.>';

/** The role with the fewest rights that may send a request to an engine. */
export const roleFor = (method: NatsMethod): Role => (natsOperations[method].role === 'operator' ? 'operator' : 'viewer');

/** What a user can do who lacks the rights of a role. */
export const loginAs = (role: Role): string => `log in as ${role}: with keys/<team>/${role}.creds of "server render"`;

/** The rights of each role. @param studies the patterns of all studies in its account */
export const rightsOf: Readonly<Record<Role, (studies: Subjects) => Rights>> = {
  engine: (studies) => ({
    publish: [namesOf(studies), `${studies.apiPrefix}.INFO`, ...ofEngine(studies)],
    subscribe: [
      '_INBOX_engine.>',
      VIEWER_INBOX,
      studies.list,
      '$JS.EVENT.ADVISORY.STREAM.CREATED.*',
      studies.beat('*', '*'),
      studies.rpc('*'),
      studies.study,
    ],
    answers: true,
  }),
  operator: (studies) => ({
    publish: [studies.list, studies.rpc('*')],
    subscribe: ['_INBOX_operator.>', VIEWER_INBOX, ...shown(studies)],
  }),
  admin: (studies) => ({
    publish: [namesOf(studies), studies.list, ...ofAdmin(studies)],
    subscribe: ['_INBOX_admin.>', VIEWER_INBOX, ...shown(studies)],
  }),
  viewer: (studies) => ({
    publish: [studies.list, ...natsMethods.filter((method) => roleFor(method) === 'viewer').map(studies.rpc)],
    subscribe: [VIEWER_INBOX, ...shown(studies)],
  }),
};

/** The rights of a trainer, in an account that imports its subjects. @param inbox where it gets answers */
export function rightsOfTrainer(studies: Subjects, trainer: string, inbox: string): Rights {
  const shares = sharedWith(studies, trainer);
  const subjects = (wanted: Share['kind']) => shares.flatMap(({ kind, subject, as = subject }) => (kind === wanted ? [as] : []));
  return { publish: subjects('service'), subscribe: [`${inbox}.>`, ...subjects('stream')] };
}

/** The request for the names of the studies in an account, for engines and workers that serve those that match a pattern. */
const namesOf = ({ apiPrefix }: Subjects): string => `${apiPrefix}.STREAM.NAMES`;

/** What a team's account shares with the account of its trainers. */
export function sharedWith(studies: Subjects, trainer: string): readonly Share[] {
  const { apiPrefix, stream, chunks, created, study, by, beat, directive, rejected, chunksBy } = studies;
  return [
    // Under its own name, it would refer to the other account.
    { kind: 'service', subject: namesOf(studies), as: `${trainersApi(studies)}.STREAM.NAMES` },
    { kind: 'service', subject: by(trainer, '*') },
    { kind: 'service', subject: beat(trainer, '*') },
    { kind: 'service', subject: chunksBy(trainer) },
    { kind: 'service', subject: `${apiPrefix}.DIRECT.GET.${chunks}.${chunksBy('*')}`, many: true },
    { kind: 'service', subject: `${apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}`, many: true },
    { kind: 'service', subject: `$JS.ACK.${stream}.${TRAINERS}.>` },
    // The study, whether it has closed, and whether an attempt is taken: the last fact of each, never the log.
    ...[created, study, by('*', '*')].map(
      (subject): Share => ({ kind: 'service', subject: `${apiPrefix}.DIRECT.GET.${stream}.${subject}`, many: true }),
    ),
    { kind: 'stream', subject: directive('*') },
    { kind: 'stream', subject: rejected(trainer) },
  ];
}

/** Archives, restores, copies and deletes whole studies. No process that runs a study may delete it. */
function ofAdmin({ apiPrefix, stream, chunks, chunksBy, log, summary, rpc }: Subjects): string[] {
  const api = ['STREAM.CREATE', 'STREAM.INFO', 'STREAM.DELETE', 'STREAM.MSG.GET', 'DIRECT.GET', 'CONSUMER.CREATE', 'CONSUMER.LIST'];
  const consumers = ['CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((name) => `${apiPrefix}.CONSUMER.${name}.${stream}.>`);
  const ofChunks = ['CREATE', 'INFO', 'DELETE'].map((name) => `${apiPrefix}.STREAM.${name}.${chunks}`);
  const checkpoints = [chunksBy('*'), ...ofChunks, `${apiPrefix}.DIRECT.GET.${chunks}.>`];
  return [log, summary, rpc('*'), ...api.map((name) => `${apiPrefix}.${name}.${stream}`), ...checkpoints, ...consumers];
}

/**
 * What viewers may subscribe to. Viewers are in the engine's account, because messages imported from one account are not exported to another. Only the
 * engine answers them there, and it answers only to inboxes.
 */
const shown = ({ log, directive, rejected, status }: Subjects): string[] => [log, directive('*'), rejected('*'), status];

function ofEngine({ apiPrefix, stream, chunks, created, suggested, study, summary, directive, rejected, status }: Subjects): string[] {
  const api = ['STREAM.CREATE', 'STREAM.INFO', 'STREAM.MSG.GET', 'DIRECT.GET'].map((name) => `${apiPrefix}.${name}.${stream}`);
  const consumers = ['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((name) => `${apiPrefix}.CONSUMER.${name}.${stream}.>`);
  return [
    created,
    suggested,
    study,
    summary,
    directive('*'),
    rejected('*'),
    status,
    ...api,
    `${apiPrefix}.DIRECT.GET.${stream}.>`,
    ...consumers,
    `${apiPrefix}.CONSUMER.CREATE.${stream}`,
    ...['STREAM.CREATE', 'STREAM.INFO', 'STREAM.PURGE'].map((name) => `${apiPrefix}.${name}.${chunks}`),
  ];
}

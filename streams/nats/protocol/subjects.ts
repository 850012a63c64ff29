import { OptionError } from '../../../src/errors.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';

/** Names of studies and trainers are tokens of subjects, in which a dot would begin another token, and parts of names of files. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const isName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

/** @throws OptionError if it cannot be a token of a subject. */
export function checkName(option: string, name: unknown): string {
  if (!isName(name)) throw new OptionError(option, 'letters, digits, _ and -, 64 at most, the first a letter or a digit', name);
  return name;
}

/** In the place of the name of a study, in a request about all of them, which no study can have. */
const ALL = '_all';

/** The durable consumer that hands suggestions out to trainers. */
export const TRAINERS = 'trainers';

/** How studies are named on a server that others share, and how JetStream is reached. All programs of a study need the same. */
export interface NamingOptions {
  /**
   * What all subjects of studies begin with, such as `acme.ml`: a study then uses only `acme.ml.<study>.>`, and the streams `ACME_ML_<study>` and
   * `ACME_MLC_<study>`. Default: `ht`.
   */
  readonly prefix?: string | undefined;
  /** The JetStream domain that keeps the studies, for a connection to a leaf node of it. Default: that of the server. */
  readonly domain?: string | undefined;
  /** What requests to JetStream begin with, if the account imports it under another name than `$JS.API`. Leave out `domain` then. */
  readonly apiPrefix?: string | undefined;
}

/** How studies are named on a server: options with their defaults. */
export interface StudyNaming {
  readonly prefix: string;
  /** What requests to JetStream begin with; as `apiPrefix`, an option of its client. */
  readonly apiPrefix: string;
}

const TOKENS = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const API = /^\$?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** @throws OptionError for what cannot be the beginning of a subject */
export function namingOf({ prefix = 'ht', domain, apiPrefix }: NamingOptions = {}): StudyNaming {
  if (!TOKENS.test(prefix) || prefix.length > 64)
    throw new OptionError('prefix', 'words of letters, digits, _ and - with dots between, such as acme.ml, 64 characters at most', prefix);
  if (domain !== undefined && !isName(domain)) throw new OptionError('domain', 'the name of a JetStream domain, such as hub', domain);
  if (apiPrefix !== undefined && !API.test(apiPrefix))
    throw new OptionError('apiPrefix', 'the beginning of a subject, such as hub.API', apiPrefix);
  if (domain !== undefined && apiPrefix !== undefined)
    throw new OptionError('apiPrefix', 'either a domain or an API prefix, got both', apiPrefix);
  return { prefix, apiPrefix: apiPrefix ?? (domain === undefined ? '$JS.API' : `$JS.${domain}.API`) };
}

/** Replaces the API prefix for trainers in their own account, under which it would be that of their account. */
export const trainersApi = ({ prefix }: Pick<StudyNaming, 'prefix'>): string => prefix;

/** The names of the streams of a study: of its log, and of its checkpoints. */
export const streamsOf = (study: string, prefix: string): readonly [log: string, chunks: string] => {
  const word = wordOf(prefix);
  return [`${word}_${study}`, `${word}C_${study}`];
};

/** What the names of all streams begin with. */
const wordOf = (prefix: string): string => prefix.replaceAll('.', '_').toUpperCase();

/**
 * The subjects of a study. Only those below `<prefix>.<study>.log` are in its stream: a stream that covered the subject of a request would answer it
 * with an acknowledgement.
 *
 * @param study its name, or its subjects, which are returned.
 * @throws OptionError if the name of the study cannot be part of a subject.
 */
export const subjectsOf = (study: StudyRef, options: NamingOptions = {}): Subjects =>
  typeof study === 'object' ? study : subjectsBelow(checkName('study', study), namingOf(options));

/** A study on a server: its subjects or, if studies are named as by default there, its name. */
export type StudyRef = string | Subjects;

function subjectsBelow(name: string, { prefix, apiPrefix }: StudyNaming) {
  const root = `${prefix}.${name}`;
  const [stream, chunks] = name === '*' ? [name, name] : streamsOf(name, prefix);
  return {
    /** The name of the study. */
    name,
    prefix,
    apiPrefix,
    stream,
    /** The stream of checkpoints. */
    chunks,
    /** All that the stream holds. */
    log: `${root}.log.>`,
    suggested: `${root}.log.suggested`,
    /** The first fact, alone on its subject: trainers may read it without a right to the whole log. */
    created: `${root}.log.created`,
    /** All other facts of the engine, its own and those of people. */
    study: `${root}.log.study`,
    /** A trainer's facts about a trial; `*` stands for any. */
    by: (trainer: string, trial: TrialId | '*') => `${root}.log.by.${trainer}.${trial}`,
    beat: (trainer: string, trial: TrialId | '*') => `${root}.beat.${trainer}.${trial}`,
    directive: (trial: TrialId | 'all' | '*') => `${root}.directive.${trial}`,
    rejected: (trainer: string) => `${root}.rejected.${trainer}`,
    /** The status of the study when it has changed, at most a few times a second. */
    status: `${root}.status`,
    rpc: (method: string) => `${root}.rpc.${method}`,
    /** What is known of the study while no engine has it loaded: the last message counts. */
    summary: `${root}.summary`,
    /** The stream of the summaries of all studies. */
    summaries: `${wordOf(prefix)}S`,
    /** For the list of all studies of the server, which each engine answers for its own. */
    list: `${prefix}.${ALL}.rpc.studies`,
    /** A chunk of a checkpoint. @param name `<trainer>.<trial>.<attempt>.<name of the save>.<index>` */
    chunk: (name: string) => `${root}.chunk.${name}`,
    /** All that a trainer has saved; `*` stands for any. */
    chunksBy: (trainer: string) => `${root}.chunk.${trainer}.*.*.*.*`,
  } as const;
}

export interface Subjects extends ReturnType<typeof subjectsBelow> {}

/** Patterns for the subjects of all studies in an account, and for their streams: a wildcard stands for a whole token. */
export const everyStudy = (options: NamingOptions = {}): Subjects => subjectsBelow('*', namingOf(options));

/** The inbox of a trainer, the only one that its rights allow: in the key of its role, a name stands for a whole token. */
export const inboxOfTrainer = (name: string): string => `_INBOX.${name}`;

const BY = '.log.by.';

/** The trainer that wrote to `<prefix>.<study>.log.by.<trainer>.<trial>`; undefined if the engine did. */
export function writerOf(subject: string): string | undefined {
  const at = subject.indexOf(BY);
  return at < 0 ? undefined : subject.slice(at + BY.length, subject.lastIndexOf('.'));
}

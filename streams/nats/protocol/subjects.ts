import { OptionError } from '../../../src/errors.ts';
import type { TrialId } from '../../../src/messages.ts';

/** Names of studies and trainers are tokens of subjects, in which a dot would begin another token, and parts of names of files. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const isName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

/** @throws OptionError if it cannot be a token of a subject. */
export function checkName(option: string, name: unknown): string {
  if (!isName(name)) throw new OptionError(option, 'letters, digits, _ and -, 64 at most, the first a letter or a digit', name);
  return name;
}

/** In the place of the name of a trainer, which no trainer can have. */
export const ADMITTED = '_admitted';

/** The durable consumer that hands suggestions out to trainers. */
export const TRAINERS = 'trainers';

/** Replaces `$JS.API` for trainers in their own account. */
export const TRAINERS_API = 'ht';

/**
 * The subjects of a study. Only those below `ht.<study>.log` are in its stream: a stream that covered the subject of a request would answer it with
 * an acknowledgement.
 *
 * @throws OptionError if the name of the study cannot be part of a subject.
 */
export const subjectsOf = (study: string) => subjectsBelow(checkName('study', study), `HT_${study}`, `HTC_${study}`);

function subjectsBelow(study: string, stream: string, chunks: string) {
  const root = `ht.${study}`;
  return {
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
    /** A part of a checkpoint that a trainer saved in a trial, by the SHA-256 of its content. */
    chunk: (trainer: string, trial: TrialId | '*', sha256: string) => `${root}.chunk.${trainer}.${trial}.${sha256}`,
    /** A checkpoint that an engine has admitted: `<trainer>=<bytes>`. */
    admitted: (trial: TrialId | '*', what: string) => `${root}.chunk.${ADMITTED}.${trial}.${what}`,
    /** For a trainer's requests to save a checkpoint of a trial that it holds, and for parts of the checkpoint from which the trial resumes. */
    checkpoint: (trainer: string, trial: TrialId | '*') => `${root}.checkpoint.${trainer}.${trial}`,
    /** The subject to which the server sends those parts. @param transfer a name that the trainer chooses */
    part: (trainer: string, transfer: string, sha256: string) => `${root}.part.${trainer}.${transfer}.${sha256}`,
  } as const;
}

export type Subjects = ReturnType<typeof subjectsBelow>;

/** Patterns for the subjects of all studies in an account, and for their streams: a wildcard stands for a whole token. */
export const everyStudy: Subjects = subjectsBelow('*', '*', '*');

/**
 * The inbox of a trainer, the only one that its rights allow.
 *
 * @param hasCredentials whether its rights come from a key of its role, in which a name stands for a whole token.
 */
export const inboxOfTrainer = (name: string, hasCredentials = false): string => `_INBOX${hasCredentials ? '.' : '_'}${name}`;

const BY = '.log.by.';

/** The trainer that wrote to `ht.<study>.log.by.<trainer>.<trial>`; undefined if the engine did. */
export function trainerOf(subject: string): string | undefined {
  const at = subject.indexOf(BY);
  return at < 0 ? undefined : subject.slice(at + BY.length, subject.lastIndexOf('.'));
}

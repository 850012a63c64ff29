import { UserError } from '../errors.ts';
import type { Entry } from '../facts/entry.ts';
import type { StudySource } from './source.ts';
import type { ListedStudy } from './status.ts';

/** The form of a stored log: the lines of a journal, or the messages of a stream. */
export type LogForm = 'journal' | 'stream';

/** A part of a checkpoint on a server. */
export interface CheckpointPart {
  /** Such as `w1/17/1/<name of the save>/0`. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** All checkpoints of a study on a server. */
export interface Checkpoints {
  /** Bytes that they take on the server. */
  readonly bytes: number;
  /** Bytes that they may take. Default: no limit. */
  readonly maxBytes?: number | undefined;
  parts(): AsyncIterable<CheckpointPart>;
}

/** The size of a log. */
export interface LogSize {
  readonly entries: number;
  /** Bytes of its longest entry. */
  readonly longest: number;
  /** Number of replicas, if it is on a server. Default: 1. */
  readonly replicas?: number | undefined;
}

/** A study of a place, as the process that runs it describes it. */
export interface PlacedStudy extends ListedStudy {
  /** Whether a process describes it. Otherwise, its log says how it is. */
  readonly isRun: boolean;
}

/** Studies by name: in a folder, on a server, or run by this process. @typeParam S an opened study */
export interface Studies<S extends StudySource = StudySource> {
  /** The folder or the address of the server, without passwords. */
  readonly place: string;
  /** The names of its studies, in order. @throws UserError if this user may not list them. */
  names(): Promise<readonly string[]>;
  /** The same, in order, with what processes say of them. @throws UserError if this user may not list them. */
  list(): Promise<readonly PlacedStudy[]>;
  /** Opens a study to read it and act on it. @throws UserError if there is no study of this name. */
  open(name: string): Promise<S>;
  /**
   * Begins a study.
   *
   * @param study the data of a study file, without keys that control what a worker runs, such as `command`.
   * @returns a warning about the study, if the process that runs it has one @throws UserError if the name is taken, or the data are invalid.
   */
  create(name: string, study: unknown): Promise<string | undefined>;
}

/** A place that keeps the logs of its studies, so that they can be copied, moved and deleted: a folder of journals, or a server. */
export interface StudyPlace extends Studies {
  readonly form: LogForm;
  /**
   * The process that runs a study, such as an engine that serves it; undefined if there is none. A running study cannot be moved.
   *
   * @throws UserError if that is not known; with the code `failed` if the study has failed in the process that serves it.
   */
  busy(name: string): Promise<string | undefined>;
  /**
   * Deletes a study. It cannot be undone.
   *
   * @param entries how many entries its log must have; default: any number.
   * @throws UserError if there is none of this name, for a journal that a process runs, and for a log of another length.
   */
  delete(name: string, entries?: number): Promise<void>;
  /** The log as it is stored now: a line of a journal, or a line of JSON for each message, without line feeds. */
  lines(name: string): AsyncIterable<Uint8Array>;
  /** The number of replicas of a study; undefined in a folder. */
  replicas(name: string): Promise<number | undefined>;
  /** The checkpoints of a study on a server; undefined if there are none, or if they are files of the trials. */
  checkpoints(name: string): Promise<Checkpoints | undefined>;
  /**
   * Begins a study with lines of a log of the same form. On an error, no part of it is left.
   *
   * @param size if the server cannot keep as many replicas, it keeps one.
   * @param checkpoints are stored before the log, so that its trials find them. A folder ignores them.
   * @throws UserError if the name is taken.
   */
  restore(name: string, size: LogSize, lines: AsyncIterable<Uint8Array>, checkpoints?: Checkpoints): Promise<void>;
  /** The same with the entries of any log, which keep their positions and times. */
  begin(name: string, size: LogSize, entries: AsyncIterable<Entry>, checkpoints?: Checkpoints): Promise<void>;
}

/** The log of a study has grown since it was read. */
class GrownError extends UserError {
  override readonly name = 'GrownError';
  readonly code = 'grown';
}

/** @throws GrownError if a log has another number of entries than expected. */
export function checkEntries(name: string, expected: number, found: number): void {
  if (found !== expected)
    throw new GrownError(`${name}: expected ${expected} entries of its log, got ${found}: a process has written to it`);
}

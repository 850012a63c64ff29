/** When a process that serves all studies of a server lets go of closed ones. */
export interface RetireOptions {
  /** Seconds after which a closed study is unloaded. */
  readonly unloadAfter: number;
  /** Seconds after which it is archived in a folder, and deleted from the server. Default: never. */
  readonly archive?: ArchiveOptions | undefined;
}

export interface ArchiveOptions {
  /** Seconds for which a study has been closed. */
  readonly after: number;
  /** The folder of the archives. */
  readonly to: string;
  /** A file with the login of an admin, if that of this process may delete no study. */
  readonly as?: string | undefined;
}

/** Seconds after which a closed study is unloaded by default. */
export const UNLOAD = 3600;

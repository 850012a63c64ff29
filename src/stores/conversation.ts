/** A request: a command, or what the process that runs the study answers to trainers. The reply has the same `seq`. */
export interface SocketRequest {
  readonly seq: number;
  readonly submit?: unknown;
  readonly cmd?: string;
}

/** What one other process asks of the process that runs the study. */
export interface Conversation {
  /** @throws what the study throws */
  answer(request: SocketRequest): Promise<object>;
  /** The other process has gone. */
  close(): void;
}

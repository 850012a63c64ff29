import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { LoopbackProxy } from '../../test/support/proxy.ts';

/** A process that is restarted when it is killed. */
export class Member {
  child!: ChildProcess;
  /** When the process is ready, on the clock of `performance.now()`: after a start it says so itself. */
  wellAt = 0;
  name = '';
  readonly link: LoopbackProxy;
  #count = 0;
  readonly #start: (name: string) => ChildProcess;
  readonly #kind: string;

  /** @param link its connections to the server */
  constructor(kind: string, link: LoopbackProxy, start: (name: string) => ChildProcess) {
    this.link = link;
    this.#kind = kind;
    this.#start = start;
    this.start();
  }
  start(): void {
    this.name = `${this.#kind}-${++this.#count}`;
    const child = this.#start(this.name);
    this.child = child;
    this.wellAt = Number.POSITIVE_INFINITY;
    child.once('message', () => {
      if (this.child === child) this.wellAt = performance.now();
    });
  }
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
  async kill(): Promise<void> {
    if (!this.alive) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

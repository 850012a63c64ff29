import { jetstreamManager } from '@nats-io/jetstream';
import { ConnectError, connectTo } from '../connection/connect.ts';
import { scenes } from './scenes.ts';
import { type Begin, Breach, setUp } from './stage.ts';

/** The result of a trainer in one scene. */
export interface Finding {
  /** What it should do. */
  readonly name: string;
  /** What it did instead; undefined if it conforms. */
  readonly breach?: string;
}

/**
 * Checks that a trainer in any language conforms: claims, acknowledgements, heartbeats, stops, and facts that are neither lost nor duplicated when
 * connections break.
 *
 * It runs its own studies on the server, for which it needs all rights. The trainer works on the parameters `x`, `steps`, `pause` and
 * `outcome`: `steps` times it waits `pause` seconds and reports `x + step` at steps 1, 2, ...; then it returns `x`, or throws if `outcome` is
 * `error`, or returns NaN if it is `nan`. It takes one trial at a time, and ends with the study.
 *
 * @param begin starts the trainer as a process of its own.
 * @param only scenes whose name fits.
 */
export async function* conformance(nats: string, begin: Begin, only = /./): AsyncGenerator<Finding, void> {
  const nc = await connectTo(nats, { name: 'hypertide-conform' });
  try {
    await jetstreamManager(nc).catch((cause) => {
      throw new ConnectError(`${nc.getServer()}: JetStream cannot be used: ${cause.message}`, { cause });
    });
    for (const { name, play, ...options } of scenes.filter((scene) => only.test(scene.name))) {
      const on = await setUp({ nc, nats, begin, ...options });
      try {
        await play(on);
        yield { name };
      } catch (error) {
        if (!(error instanceof Breach)) throw error;
        yield { name, breach: error.message };
      } finally {
        await on.close();
      }
    }
  } finally {
    await nc.close();
  }
}

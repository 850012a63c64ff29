import { connectTo } from '../../streams/nats/connection/connect.ts';
import { isPublishedOnce, isTakenIn, type Scene, scenes } from './scenes.ts';
import { Breach, type Stage, setUp } from './stage.ts';

/**
 * The rules that a trainer in any language breaks: about claims, acknowledgements, heartbeats, stops, and facts that are neither lost nor duplicated
 * when connections break. It runs its own studies on the server, for which it needs all rights.
 *
 * @param words the command that starts the trainer, with {nats}, {study} and {name}.
 * @param only scenes whose name fits.
 * @param print what is called after each scene.
 */
export async function breachesOf(
  nats: string,
  words: readonly string[],
  only = /./,
  print: (name: string, breach: string | undefined) => void = () => {},
): Promise<readonly string[]> {
  const nc = await connectTo(nats, { name: 'hypertide-conform' });
  const breaches: string[] = [];
  try {
    for (const scene of scenes.filter(({ name }) => only.test(name))) {
      const stage = await setUp(nc, nats, words, scene);
      const breach = await play(scene, stage).finally(stage.close);
      print(scene.name, breach);
      if (breach !== undefined) breaches.push(breach);
    }
    return breaches;
  } finally {
    await nc.close();
  }
}

async function play({ before, play, mayLose }: Scene, stage: Stage): Promise<string | undefined> {
  try {
    await before?.(stage);
    stage.start();
    await play(stage);
    await stage.endsWell();
    isPublishedOnce(stage);
    if (!mayLose) isTakenIn(stage);
  } catch (error) {
    if (error instanceof Breach) return error.message;
    throw error;
  }
  return undefined;
}

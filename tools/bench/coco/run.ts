import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from '../quality/contenders.ts';
import { functionsOf, type Selection } from './functions.ts';

/** Runs a contender on the instances of one function, with the instance as its seed, and moves the log of COCO's observer into `folder`, unless it is there. */
export async function runOn(
  program: string,
  contender: Contender,
  selection: Selection,
  evaluations: number,
  folder: string,
): Promise<void> {
  const { suite, index, dimension } = selection;
  const place = join(folder, `${suite}-d${dimension}-f${index}`);
  if (existsSync(place)) return;
  const unfinished = `${place}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  let instance = 0;
  for await (const { space, objectives, evaluate } of functionsOf(program, selection, unfinished, contender.name.replaceAll(' ', '-'))) {
    instance++;
    const session = await contender.start({ name: `${suite} ${dimension} ${index}`, space, objectives }, instance, evaluations * dimension);
    for (let i = 0; i < evaluations * dimension; i++) {
      const params = (await session.ask()) as Record<string, number>;
      await session.tell(...(await evaluate(Object.keys(space.toJSON().parameters).map((name) => params[name]!))));
    }
    await session.close();
  }
  await rename(join(unfinished, 'exdata', 'run'), place);
  await rm(unfinished, { recursive: true });
}

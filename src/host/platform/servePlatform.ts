import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messagesOf } from '../../errors.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { persist } from '../serving/persist.ts';
import type { Place, Shared } from '../serving/placeToServe.ts';
import { servePlace } from '../serving/servePlace.ts';
import { declaredChanges } from './declaredChanges.ts';
import { type Platform, placeOfTeam, readPlatform } from './platformFile.ts';

/** Milliseconds between two looks whether the file has changed. */
const POLL_MS = 5000;

interface ServedTeam {
  /** Where it is, as text. */
  readonly at: string;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/**
 * Serves all studies of the teams of a platform, and follows its file: teams come and go, and quotas change, while the others are served.
 *
 * @throws StudyFileError if the file cannot be used at the start. Later, the process says so and keeps what it has.
 */
export async function servePlatform(path: string, shared: Shared, screen: StatusLine, signal: AbortSignal): Promise<void> {
  const served = new Map<string, ServedTeam>();
  const begin = (place: ReturnType<typeof placeOfTeam>) => {
    const ending = new AbortController();
    const until = AbortSignal.any([signal, ending.signal]);
    const done = persist(place.team, (works) => servePlace(place, shared, until, {}, works), screen, until);
    served.set(place.team, { at: atOf(place), ending, done });
  };
  const end = async (team: string) => {
    const { ending, done } = served.get(team)!;
    served.delete(team);
    ending.abort();
    await done;
    shared.forget(team);
  };
  let before: Platform | undefined;
  const follow = async (platform: Platform) => {
    const places = platform.teams.map((team) => placeOfTeam(platform, team));
    for (const { name, quota, retire } of platform.teams) shared.declare(name, quota, retire);
    for (const [team, { at }] of [...served]) if (!places.some((place) => place.team === team && atOf(place) === at)) await end(team);
    const fresh = places.filter(({ team }) => !served.has(team));
    for (const place of fresh) begin(place);
    if (before) {
      const changes = declaredChanges(before.declared, platform.declared);
      screen.line(`${path} has changed: ${changes.join('; ') || 'it declares the same'}`);
    }
    before = platform;
  };
  let text = await readFile(path, 'utf8').catch(() => ''); // what cannot be read is an error of the next line
  await follow(await readPlatform(path));
  while (await sleep(POLL_MS, true, { signal }).catch(() => false)) {
    const now = await readFile(path, 'utf8').catch(() => text); // it is being replaced
    if (now === text) continue;
    text = now;
    try {
      await follow(await readPlatform(path));
    } catch (error) {
      screen.line(`${messagesOf(error).join('; ')}; the teams are served as before`, { level: 'error' });
    }
  }
  await Promise.all([...served.values()].map(({ done }) => done));
}

const atOf = ({ nats, access }: Place): string => JSON.stringify([nats, access]);

import { setTimeout as sleep } from 'node:timers/promises';
import type { Created } from '../../facts/facts.ts';
import { type Mirror, mirrorStudy } from '../../interop/mirror.ts';
import { mirrorTo } from '../../interop/mirrorTo.ts';
import { stemOf } from '../../stores/journalFile.ts';
import { processSource } from '../../stores/process.ts';
import type { Plugin } from '../host.ts';
import type { MirrorAt } from './hookFile.ts';

/** Milliseconds to send the last entries when the process ends, and between two looks. */
const PARTING = 5000;
const LOOK = 50;

/** Sends each study to other systems while this process runs it. The study never waits for them, and a system that refuses gets no more. */
export const mirrored =
  (targets: readonly MirrorAt[]): Plugin =>
  ({ name, place, journal, log, line, submit }) => {
    const ending = new AbortController();
    const { signal } = ending;
    const mirrors: Mirror[] = [];
    const warn = (text: string) => line(text, { level: 'warn' });
    const send = async (target: MirrorAt, created: Created) => {
      const position = `${journal === undefined ? name : stemOf(journal)}.mirror.json`;
      const mirror = await mirrorTo({ position, ...target }, created, signal);
      mirrors.push(mirror);
      await mirrorStudy(processSource(place, log, submit), created, mirror, { signal, warn });
    };
    let sending: Promise<unknown> | undefined;
    return {
      apply: (_, { ledger }) => {
        sending ??= Promise.all(
          targets.map((target) =>
            send(target, ledger.created!).catch((error: Error) => {
              if (!signal.aborted) warn(`mirror: ${target.kind} ${new URL(target.url).host}: ${error.message}`);
            }),
          ),
        );
      },
      close: async () => {
        const head = await log.head();
        for (let waited = 0; waited < PARTING && mirrors.some(({ position }) => position < head); waited += LOOK) await sleep(LOOK);
        ending.abort();
        await sending;
      },
    };
  };

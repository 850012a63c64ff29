import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { failureOf } from '../../../src/errors.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { jsonOf } from '../connection/connection.ts';
import { everyStudy, isName, type StudyNaming } from '../protocol/subjects.ts';
import { isInbox, respond } from '../rpc.ts';

/** Milliseconds before a request for a study that exists is refused: a process with another pattern may have just created it, and answers first then. */
const REFUSED_AFTER_MS = 1000;

/**
 * Answers requests to create studies. Of several processes with one pattern, one answers.
 *
 * @param create returns a warning about the study, if there is one
 * @returns a function that ends it.
 */
export function answerCreations(
  nc: NatsConnection,
  naming: StudyNaming | undefined,
  pattern: string,
  fits: (name: string) => boolean,
  create: (name: string, study: unknown) => Promise<string | undefined>,
): () => void {
  const subject = everyStudy(naming).rpc('create');
  const queue = `create-${[...new TextEncoder().encode(pattern)].map((byte) => byte.toString(16)).join('')}`;
  const subscription = nc.subscribe(subject, {
    queue,
    callback: (error, message) => {
      if (error || !isInbox(message.reply)) return; // without the right to subscribe, the message is empty
      const name = message.subject.split('.').at(-3);
      if (!isName(name) || !fits(name)) return;
      const data = jsonOf(message);
      void create(name, isRecord(data) ? data.study : undefined).then(
        (warning) => respond(message, { ok: true, result: omitUndefined({ warning }) }),
        async (error: unknown) => {
          const failure = failureOf(error);
          if (failure.code === 'study-exists') await setTimeout(REFUSED_AFTER_MS);
          respond(message, { ok: false, ...failure });
        },
      );
    },
  });
  return () => subscription.unsubscribe();
}

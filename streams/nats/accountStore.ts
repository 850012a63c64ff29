import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { isForbidden } from './connection/retry.ts';

/** What the streams of an account take on the disks of its server. */
export interface AccountStore {
  readonly bytes: number;
  /** The most bytes that they may take; undefined if the account has no limit of its own. */
  readonly limit?: number;
}

/**
 * Asks a server what the account of this user has stored.
 *
 * @param apiPrefix what requests to JetStream begin with there.
 * @returns a function that asks; its answer is undefined once the server has said that this user may not ask, since it logs each such request.
 * @throws what keeps the server from answering.
 */
export function accountStore(nc: NatsConnection, apiPrefix?: string): () => Promise<AccountStore | undefined> {
  let mayAsk = true;
  return async () => {
    if (!mayAsk) return undefined;
    try {
      const jsm = await jetstreamManager(nc, omitUndefined({ checkAPI: false, apiPrefix }));
      const { storage, limits, tiers } = await jsm.getAccountInfo();
      const most = [limits, ...Object.values(tiers ?? {}).map((tier) => tier.limits)].find(
        (one) => one && one.max_storage > 0,
      )?.max_storage;
      return omitUndefined({ bytes: storage, limit: most });
    } catch (error) {
      mayAsk = !isForbidden(error);
      if (mayAsk) throw error;
      return undefined;
    }
  };
}

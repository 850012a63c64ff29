import type { NatsConnection } from '@nats-io/nats-core';
import { publish } from '../connection/connection.ts';
import { PRESENCE, type PresenceMessage } from '../protocol/messages.ts';

/** Tells engines that a trainer is there. */
export interface AnnouncedPresence {
  /** Says it now; it is repeated at intervals. */
  announce(): void;
  /** Says whether the server has no room for the facts of the trainer. */
  refused(isFull: boolean): void;
  /** Says that the trainer has ended, if it has ever announced itself. */
  end(): void;
}

/** @param about what each message says of the trainer */
export function presenceOn(nc: NatsConnection, subject: string, about: Pick<PresenceMessage, 'slots' | 'offers'>): AnnouncedPresence {
  let hasSaid = false;
  const say = (message: PresenceMessage) => {
    hasSaid = true;
    publish(nc, subject, JSON.stringify(message));
  };
  let isRefused = false;
  const announce = () => say(isRefused ? { ...about, full: true } : about);
  const timer = setInterval(announce, PRESENCE);
  return {
    announce,
    refused: (isFull) => {
      isRefused = isFull;
      if (hasSaid) announce();
    },
    end: () => {
      clearInterval(timer);
      if (hasSaid && !nc.isClosed()) say({ ...about, ended: true });
    },
  };
}

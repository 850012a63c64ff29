import { type Account, decode, encodeAccount, encodeUser, fmtCreds } from '@nats-io/jwt';
import { type NatsConnection, nkeys } from '@nats-io/nats-core';
import { credsAuthenticator } from '@nats-io/transport-node';
import { jwtConfig } from '../../streams/nats/config/jwtConfig.ts';
import type { Team } from '../../streams/nats/config/team.ts';
import { inboxOfTrainer } from '../../streams/nats/protocol/subjects.ts';
import { type NatsServer, natsServer } from './nats.ts';

/** A user who may do everything in the account of the first team's studies, to see what arrives there. No platform has one. */
export const EVERYTHING = 'everything';

/** A configuration of a server as `hypertide server render` makes it, and the credentials of its users by names such as `lab/w1`. */
export async function teamConfig(
  teams: readonly Team[],
): Promise<{ readonly text: string; readonly creds: Readonly<Record<string, string>> }> {
  const { files, accounts, textOf } = await jwtConfig({ teams });
  const [first] = teams as [Team];
  const { key, jwt } = accounts.find(({ name }) => name === `${first.name}/studies`)!;
  const [root, signer, user] = [nkeys.fromSeed(new TextEncoder().encode(files['root.nk'])), nkeys.createAccount(), nkeys.createUser()];
  const { name, nats } = decode<Account>(jwt);
  const claims = { ...nats, signing_keys: [...nats.signing_keys!, signer.getPublicKey()] };
  const opened = await encodeAccount(name, key, claims, { signer: root });
  const everything = new TextDecoder().decode(fmtCreds(await encodeUser(EVERYTHING, user, key, {}, { signer }), user));
  const creds = Object.entries(files).flatMap(([file, text]) => (file.endsWith('.creds') ? [[file.slice(0, -'.creds'.length), text]] : []));
  return {
    // On a busy machine, a login takes long.
    text: `${textOf({ store: 'unused', host: '127.0.0.1', port: -1 }).replace(jwt, opened)}authorization { timeout: 30 }\n`,
    creds: { ...Object.fromEntries(creds), [`${first.name}/${EVERYTHING}`]: everything },
  };
}

/** The prefix of the inboxes of a user. */
export const inboxOf = (user: string): string => (/^w\d/.test(user) ? inboxOfTrainer(user) : `_INBOX_${user}`);

/** A NATS server with the users of a team: `engine`, `operator`, `admin`, `viewer` and trainers. */
export interface TeamServer extends NatsServer {
  /** The credentials of each user. */
  readonly creds: Readonly<Record<string, string>>;
  /** How a user connects. @param inbox of another user */
  loginOf(user: string, inbox?: string): { readonly authenticator: ReturnType<typeof credsAuthenticator>; readonly inboxPrefix: string };
  /** Connects as a user. */
  as(user: string, inbox?: string): Promise<NatsConnection>;
}

/** @param trainers such as `w1` */
export async function teamServer(...trainers: readonly string[]): Promise<TeamServer> {
  const { text, creds: all } = await teamConfig([{ name: 'lab', trainers }]);
  const server = await natsServer(text);
  const ofTeam = Object.entries(all).filter(([name]) => name.startsWith('lab/'));
  const creds = Object.fromEntries(ofTeam.map(([name, text]) => [name.slice('lab/'.length), text]));
  const loginOf = (user: string, inbox = user) => ({
    authenticator: credsAuthenticator(new TextEncoder().encode(creds[user])),
    inboxPrefix: inboxOf(inbox),
  });
  const as = (user: string, inbox = user) => server.connect(loginOf(user, inbox));
  return Object.assign(server, { creds, loginOf, as });
}

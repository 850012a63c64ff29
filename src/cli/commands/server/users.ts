import { stringify } from 'yaml';
import { checkName } from '../../../../streams/nats/protocol/subjects.ts';
import { secretsIn } from '../../../host/serving/secrets.ts';
import { newToken } from '../../../server/access/access.ts';
import { tokenDigest, type UserRole } from '../../../server/access/users.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { many, preset } from '../../parts.ts';

export const command = declare({
  description: 'Print the users of a server over HTTP, and write a token for each. Existing tokens are kept.',
  options: {
    trainer: many('name', 'names of the trainers, each with a token of its own'),
    operator: many('name', 'names of users that read and change studies'),
    viewer: many('name', 'names of users that only read studies'),
    agent: many('name', 'names of agents, which may do all of this'),
    tokens: preset('folder', 'where to write the tokens', 'tokens'),
  },
  run: async ({ trainer = [], operator = [], viewer = [], agent = [], tokens: directory }) => {
    const named = { trainer, operator, viewer, agent } satisfies Record<UserRole, readonly string[]>;
    const users: Record<string, { readonly role: string; readonly sha256: string }> = {};
    const { kept, read, write } = secretsIn(directory, '.token');
    const tokens = new Map<string, string>();
    for (const [role, names] of Object.entries(named)) {
      for (const name of names) {
        checkName(`--${role}`, name);
        if (Object.hasOwn(users, name)) throw new UsageError(`--${role}: expected a name that is used once, got ${name}`);
        const token = read(name) ?? newToken();
        tokens.set(name, token);
        users[name] = { role, sha256: tokenDigest(token) };
      }
    }
    if (Object.keys(users).length === 0) throw new UsageError('expected --trainer, --operator, --viewer or --agent with names');
    for (const [name, token] of tokens) write(name, token);
    process.stdout.write(`# Made by hypertide server users. Tokens are elsewhere: none of this is secret.\n${stringify(users)}`);
    const old = kept.length > 0 ? ` (those of ${kept.join(', ')} existed already)` : '';
    process.stderr.write(`the tokens of ${Object.keys(users).join(', ')} are in ${directory}${old}: give each its own\n`);
    return 0;
  },
});

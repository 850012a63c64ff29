import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { type Context, contextNamed, readContexts, writeContexts } from '../../../stores/connection.ts';
import { natsContext } from '../../../stores/natsContext.ts';
import { inform, print } from '../../../text/output.ts';
import { withoutPassword } from '../../../text/plainText.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { json, needed, value } from '../../parts.ts';
import { textTable } from '../../terminal/table.ts';

const name = needed('name', 'name of the context');

export const add = declare({
  description:
    'Store a server and how to log in to it under a name, readable only by you. The login is one of the options that "hypertide help connection" lists.',
  arguments: { name },
  options: {
    nats: value('url', 'address of a NATS server, or several with commas between'),
    http: value('url', 'address of a server that "hypertide serve --http" started'),
    fromNats: value('context', 'take server and login from a context of the nats command'),
  },
  help: `Example:
  hypertide context add lab --nats tls://nats.example.com --creds me.creds`,
  run: async ({ name, nats, http, fromNats }, { flags }) => {
    if (!/^[\w.-]+$/.test(name)) throw new UsageError(`expected a name of letters, digits, ".", "-" and "_", got ${name}`);
    const servers = [nats, http, fromNats].filter((one) => one !== undefined);
    if (servers.length !== 1) throw new UsageError('expected one of --nats, --http and --from-nats');
    const [server, scheme] = nats === undefined ? [http, /^https?:\/\//] : [nats, /^(?:nats|tls):\/\//];
    if (server !== undefined && !scheme.test(server))
      throw new UsageError(`expected an address such as nats://host or http://host, got ${server}`);
    const { context: _, ...login } = flags;
    const added: Context = { ...(fromNats === undefined ? { server: server! } : natsContext(fromNats)), ...omitUndefined(login) };
    const { contexts, inUse } = readContexts();
    writeContexts({ contexts: { ...contexts, [name]: added }, inUse });
    inform(`${name}: stored; "hypertide context use ${name}" makes it the default`);
    return 0;
  },
});

export const use = declare({
  description: 'Use the server of a context where no other one is named, and its login.',
  arguments: { name },
  run: async ({ name }) => {
    const { contexts } = readContexts();
    const { server } = contextNamed(contexts, name);
    writeContexts({ contexts, inUse: name });
    inform(`${name}: in use; without an address, commands mean the studies of ${withoutPassword(server!)}`);
    return 0;
  },
});

export const list = declare({
  description: 'List the contexts, without passwords. The one in use has a star.',
  options: { json },
  run: async ({ json }) => {
    const { contexts, inUse } = readContexts();
    const rows = Object.entries(contexts).map(([name, { server = '', ...login }]) => ({
      name,
      inUse: name === inUse,
      server: withoutPassword(server),
      login: Object.entries(login).map(([key, file]) => `${key} ${file}`),
    }));
    if (json) print(JSON.stringify(rows));
    else if (rows.length === 0) print('there is no context yet');
    else
      print(
        textTable(
          ['context', 'server', 'login'],
          rows.map((row) => [`${row.name}${row.inUse ? ' *' : ''}`, row.server, row.login.join(', ')]),
        ),
      );
    return 0;
  },
});

export const remove = declare({
  description: 'Forget a context. The files of its login stay.',
  arguments: { name },
  run: async ({ name }) => {
    const { contexts, inUse } = readContexts();
    contextNamed(contexts, name);
    const { [name]: _, ...others } = contexts;
    writeContexts({ contexts: others, inUse: inUse === name ? undefined : inUse });
    inform(`${name}: removed`);
    return 0;
  },
});

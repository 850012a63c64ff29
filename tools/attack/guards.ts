// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is source code as text
// biome-ignore-all lint/style/useTemplate: likewise

/** A piece of source code, which occurs once in the project, and what stands there without the guard. */
type Patch = readonly [code: string, instead: string];

/**
 * What protects a study, with the change that takes it away. Guards of different layers do not affect each other, so the controls take away one
 * of each layer at a time. `configuration` is the server's: its control is a server that lets every user do everything.
 */
const layers = {
  fold: {
    author: [['if (holder === author || !runs.has(run)) return undefined;', 'return undefined;']],
    'named run': [["if (run === undefined)\n    return refuse('missing-field'", "if (run === null)\n    return refuse('missing-field'"]],
    'one claim': [['if (trial.run === undefined || trial.run === run) return undefined;', 'return undefined;']],
    'current attempt': [['if (attempt !== trial.suggestion.attempt || trial.awaiting)', 'if (trial.awaiting)']],
    'current run': [
      ["if (trial.awaiting) return refuse('stale-run', `trial ${id} waits for its next attempt`);\n", ''],
      ['if (run === undefined || run === trial.run) return undefined;\n  const holder', 'return undefined;\n  const holder'],
    ],
    'growing steps': [['if (trial.at === undefined || step > trial.at) return undefined;', 'return undefined;']],
    'known run': [
      ["if (run === undefined || trial.runs.has(run) || trial.proposal.by === 'import') return undefined;", 'return undefined;'],
    ],
    'paused trainers': [["if (to !== 'work') return refuse('paused'", "if (to === undefined) return refuse('paused'"]],
    'one end': [['this.open.remove(trial);', '']],
    'few proposals': [['if (proposals.length >= MOST_PROPOSALS)', 'if (proposals.length < 0)']],
    'different proposals': [['return same && refuse(', 'return same && undefined && refuse(']],
    'annotated trials': [
      ['return fact.trial === undefined || fact.trial < this.nextTrial ? undefined', 'return fact.trial !== 0 ? undefined'],
    ],
  },
  shape: {
    'short text': [['return value.length <= maxLength ? undefined', 'return true ? undefined']],
    'short lists': [['if (value.length < minItems || value.length > maxItems)', 'if (value.length < minItems)']],
    'finite numbers': [['Number.isSafeInteger(value) : Number.isFinite(value)', "typeof value === 'number' : typeof value === 'number'"]],
    'no option as checkpoint': [["=> !checkpoint.startsWith('-');", '=> true;']],
    'known types of facts': [
      ["typeof type === 'string' && Object.hasOwn(factSchemas, type)", "typeof type === 'string' && type in factSchemas"],
    ],
  },
  server: {
    'facts of trainers': [
      ["if (typeof type === 'string' && !sayings.has(type)) return", "if (type === '') return"],
      [
        "if (fact.type === 'cancelled') return refuse('wrong-author'",
        "if (fact.type === 'cancelled') return undefined && refuse('wrong-author'",
      ],
    ],
    'trial of the subject': [
      ["if (trial !== undefined && String(trial) !== subject.slice(subject.lastIndexOf('.') + 1))", 'if (trial === null)'],
    ],
    'shallow facts': [['const DEEPEST = 16;', 'const DEEPEST = 1e6;']],
    'short messages': [['max_msg_size: maxMessageBytes,', '']],
    'author of heartbeats': [['if (attempt.author !== author) return false;', '']],
    'random message ids': [
      [
        'export const messageId = (): string =>',
        'let ids = 0;\nexport const messageId = (): string => `${process.pid}/${++ids}`;\nexport const randomId = (): string =>',
      ],
    ],
    'answers to inboxes': [['reply !== undefined && /^(_INBOX|_R_)/.test(reply)', 'reply !== undefined']],
    'pages of answers': [['if (length > ROOM && items.length > 0) return false;', '']],
    'attempts offered again': [
      ['isLost: ({ isForAll, isPassedOver }) => !isForAll || isPassedOver,', 'isLost: ({ isForAll }) => !isForAll,'],
      ['const isDeaf = wanted.count > 0', 'const isDeaf = wanted.count < 0'],
    ],
    'relayed messages': [['const said = error || isRelayed(message) ? undefined', 'const said = error ? undefined']],
  },
  names: {
    'names of users': [["const file = `${team}/${checkName('user', name)}.creds`;", 'const file = `${team}/${name}.creds`;']],
    'revoked users': [['const revocations = revokedIn(team, keyOf);', 'const revocations = {};']],
    'names of contexts': [
      ['if (/[/\\\\]|^\\.\\.?$/.test(name)) throw new UsageError(`--from-nats', "if (name === '') throw new UsageError(`--from-nats"],
    ],
    'names in subjects': [['const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;', 'const NAME = /^/;']],
    'names that differ in case': [['other.toLowerCase() === name.toLowerCase();', 'other === name;']],
    'spoken schemes': [["if (place.protocol !== 'nats:' && place.protocol !== 'tls:')", 'if (!place)']],
  },
  parts: {
    'restored part': [['seq <= restored ?', 'seq > 0 ?']],
    'subjects of archives': [['if (!isBelow(log, subject))', 'if (!isBelow)']],
    'no deletion': [['deny_delete: true,\n  deny_purge: true,', '']],
    'one message a part': [['max_msgs_per_subject: 1,\n  discard_new_per_subject: true,', '']],
    'checkpoint of its own run': [
      ['open.run === request.run && open.runs.get(open.run) === trainer', 'open.run === request.run && trainer'],
    ],
    'checkpoint of its author': [['if (reference && reference.trainer === author && reference.trial === fact.trial)', 'if (reference)']],
    'parts by their digest': [['!isDigest(get)) return', "typeof get !== 'string') return"]],
    strays: [['await purge(all.filter((stored) => !isNeeded(stored)));', '']],
    'room of one trainer': [['const OF_ONE = 0.5;', 'const OF_ONE = 100;']],
    'admitted bytes': [['if (bytes > parts.most())', 'if (bytes < 0)']],
    'size of chunks': [['if (data.length !== size)', 'if (size < 0)']],
    'digests of parts': [['if (digestOf(message.data) !== sha256) throw', "if (sha256 === '') throw"]],
  },
  page: {
    'cookie to read': [['sign(`${name} reads${portOf(c)}`)', "c.req.header('authorization')?.slice(7)"]],
    'cookies for reading only': [["return c.req.method === 'GET' || c.req.method === 'HEAD' ? reading", 'return c.req.method ? reading']],
    'proof of a cookie': [['matches(given, proofOf(c, user))', 'given.startsWith(user.name)']],
    'host names': [["if (!known.has(asked.replace(/:\\d+$/, '')))", 'if (!known)']],
    origin: [['if (origin !== null && origin !== `http://${asked}` && origin !== `https://${asked}`)', "if (origin === '')"]],
    'sites of requests': [["if (headers.get('sec-fetch-site') === 'cross-site' && new URL(url).pathname !== '/')", "if (url === '')"]],
    'machines without users': [["!isLoopback(peerOf(request, env).replace(/^::ffff:/, ''))", 'false']],
    'type of files': [['if (type !== consumes)', 'if (type === null)']],
    'content policy': [["'Content-Security-Policy': POLICY,", "'Content-Security-Policy': '',"]],
    'known commands': [['Object.hasOwn(intents, type)', 'type in intents']],
  },
  interface: {
    'token of a user': [["if (!user) return answer({ error: 'a token", "if (!user) return undefined && answer({ error: 'a token"]],
    roles: [['if (!hasRole(user, roles))', 'if (roles.length > 9)']],
    'users elsewhere': [['if (users || (isLoopback(host) && names.length === 0)) return;', 'if (names.length <= 9) return;']],
    'author over HTTP': [['{ author: user?.name, request: key }', '{ request: key }']],
    'holder of a run': [['!trial.awaiting && trial.runs.get(run) === author', '!trial.awaiting']],
    'asks of one trainer': [["`${author ?? ''}\\n${named}`", '`${named}`']],
    'requests of one user': [['`${author}\\n${user}\\n${request}`', '`${request}${author && user}`']],
    'user of a command': [['{ user: user?.name, request: key }', '{ request: key }']],
    'tools of a role': [['if (!isTool(id) || !hasRole(user, operation.roles)) continue;', 'if (!isTool(id) || !hasRole) continue;']],
    'studies of others': [['if (COMMON.includes(id))', 'if (COMMON.length > 9)']],
    'known proposers': [['if (names.includes(proposer)) return;', 'if (proposer) return;']],
    'digests of tokens': [['sha256: tokenDigest(token) }', 'sha256: token || tokenDigest(token) }']],
  },
  bodies: {
    'type of bodies': [["if (!/^application\\/json\\b/.test(type ?? ''))", "if (type === '')"]],
    'length of bodies': [['if (Number(length ?? 0) > most)', 'if (length === null)']],
    'bodies with a length': [["if (length === undefined && c.req.header('transfer-encoding') !== undefined)", 'if (length === null)']],
    'known fields': [['if (additionalProperties) return [];', 'if (properties) return [];']],
    'shallow bodies': [['if (isDeeper(fields, DEEPEST)) throw', 'if (DEEPEST < 0) throw']],
    'length of waiting': [['minimum: 0, maximum: 60, description: `seconds', 'minimum: 0, description: `seconds']],
    'streams of a user': [['if ((open.get(user) ?? 0) >= MOST)', 'if (MOST < 0)']],
    'readers that leave alone': [['const leave = () => wake();', 'const leave = () => log.news.wake();']],
    'short names of requests': [["key === '' || key.length > LONGEST_KEY", "key === '' || LONGEST_KEY < 0"]],
    'open trials': [['if (refusal) throw new RefusedError(refusal);\n    return this.answers', 'return this.answers']],
    'names of created studies': [
      ["const name = checkName('name', options.study);", 'const name = options.study;'],
      ["const file = studyFromElsewhere(checkName('name', name), data, atMost);", 'const file = studyFromElsewhere(name, data, atMost);'],
    ],
    'headers of answers': [['{ status, headers: HEADERS }', "{ status, headers: { 'Content-Type': HEADERS['Content-Type'] } }"]],
  },
  allowances: {
    'dry tokens': [['(dry || request.user?.dryRun === true)', 'dry']],
    'allowance of trials': [['if (used.trials + underWay >= trials)', 'if (used.trials < 0 && underWay >= trials)']],
    'requests under way': [['underWay + 1);', '0);']],
    'allowance of cost': [['if (used.cost >= cost)', 'if (used.cost < 0 && cost)']],
  },
  text: {
    'shown controls': [
      ['/[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]/gu', '/never/gu'],
      ['/[\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]/g', '/never/g'],
      ["text.replace(ESCAPES, '').replace(CONTROLS, ' ')", 'text'],
    ],
    'cells without formulas': [["(FORMULA.test(text) ? `'${text}` : text)", 'text']],
    'length of lines': [['const LINE_LIMIT = 64 * 1024;', 'const LINE_LIMIT = 2 ** 24;']],
    'own synonyms': [['Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word]! : word', '(SYNONYMS[word] ?? word)']],
    'no shell': [['shell: false,', 'shell: true,']],
    'values after =': [["return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];", 'return [`--${name}`, text];']],
  },
  files: {
    'paths of checkpoints': [
      ['data.length <= 255 && !/^\\.{1,2}$|[\\\\/\\p{Cc}]/u.test(data)', 'data.length <= 255'],
      ["data.split('/').every(isPart)", "data !== ''"],
    ],
    'links inside': [["!relative(root, target).startsWith('..') && ", '']],
    'names of studies': [['if (options.journal === undefined && /[/\\\\]|^\\.\\.?$/.test(name))', "if (name === '')"]],
    'names of journals': [['if (/[/\\\\]|^\\.{0,2}$/.test(name)) throw', "if (name === '') throw"]],
    'programs of workers': [['if (forbidden !== undefined)', "if (forbidden === '')"]],
    'journals are files': [['if (there && !there.isFile())\n', 'if (there && there.isFile() && path === "")\n']],
    'new seed files': [["{ mode: 0o600, flag: 'wx' }", '{ mode: 0o600 }']],
    'private seeds': [['{ mode: 0o600, flag', '{ mode: 0o644, flag']],
    'private directory of seeds': [['chmodSync(directory, 0o700);', '']],
    'private socket': [['chmodSync(path, 0o600);', '']],
  },
  documents: {
    'few aliases': [['document.toJS()', 'document.toJS({ maxAliasCount: -1 })']],
    'unique keys': [['stringKeys: true })', 'stringKeys: true, uniqueKeys: false })']],
    'text as keys': [['stringKeys: true })', '})']],
    'names of parameters': [["if (name === '' || name === '__proto__') throw", "if (name === '') throw"]],
    'own values': [['record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;', 'record?.[name];']],
    'names of strategies': [['if (Object.hasOwn(strategies, name)) {', 'if (name in strategies) {']],
    'names of keys': [['if (Object.hasOwn(table, key)) return table[key]!;', 'if (key in table) return table[key]!;']],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly Patch[]>>>>;

type Layers = typeof layers;
type GuardIn<L extends keyof Layers> = L extends keyof Layers ? keyof Layers[L] : never;
/** The name of a guard. */
export type Guard = GuardIn<keyof Layers> | 'configuration';

/** The changes that take a guard away; none for `configuration`. */
export const patches: Readonly<Record<string, readonly Patch[]>> = Object.assign({}, ...Object.values(layers));

/** All guards but `configuration`, in groups that can be taken away at the same time. */
export function groups(): Guard[][] {
  const columns = Object.values(layers).map((layer) => Object.keys(layer) as Guard[]);
  const longest = Math.max(...columns.map((names) => names.length));
  return Array.from({ length: longest }, (_, i) => columns.flatMap((names) => names[i] ?? []));
}

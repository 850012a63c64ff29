import type { Fact } from '../../../src/facts/facts.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { LEASE, LEASE_HEADER, LIMIT_HEADER, PRESENCE } from './messages.ts';
import { type StudyNaming, streamsOf, TRAINERS } from './subjects.ts';

export type Tag = 'trainer' | 'checkpoint' | 'operator';
type Parameter = 'study' | 'trainer' | 'trial' | 'sha256' | 'transfer' | 'subject';

/** A channel of the document, with the names of its messages and parameters. */
export interface Channel {
  /** null: the reply subject of a message. */
  readonly address: string | null;
  readonly summary: string;
  readonly description: string;
  readonly messages: readonly string[];
  readonly parameters?: readonly Parameter[];
}

export interface ChannelOperation {
  readonly action: 'send' | 'receive';
  readonly channel: string;
  /** Those of the channel, if not all. */
  readonly messages?: readonly string[];
  readonly reply?: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
}

/** The facts of trainers, in the order in which they may be sent. */
const ofTrainers = ['started', 'reported', 'completed', 'stopped', 'failed'] as const satisfies readonly Fact['type'][];
const ofEngine = [
  'failed',
  'enqueued',
  'proposed',
  'expired',
  'retracted',
  'annotated',
  'cancelled',
  'changed',
  'instructed',
  'closed',
] as const satisfies readonly Fact['type'][];

/** What a trainer does, from its start to its end: everything that one needs to write one. */
export function trialSequence({ prefix, apiPrefix }: StudyNaming): string {
  const root = `${prefix}.<study>`;
  const [stream] = streamsOf('<study>', prefix);
  return `The messages of trainers, and of people who watch or command a study.

A study is a log of facts in the stream ${stream}. Its engine writes \`suggested\`; a trainer claims a suggestion, evaluates its \`params\`, and writes the result. All payloads are JSON. \`examples/trainers\` has a trainer of at most 60 lines in TypeScript, Python and Go, and \`hypertide dev conform\` checks yours.

At its start, a trainer subscribes to \`${root}.directive.*\` and \`${root}.rejected.<trainer>\`. Then it reads the last fact of the study, by an empty request to \`${apiPrefix}.DIRECT.GET.${stream}.${root}.log.study\`: if that is \`closed\`, the study is over.

The life of a trial:

1. **Pull.** For each free slot, request \`${apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}\` with \`{"batch":1,"expires":5000000000}\`. The answer is \`suggested\`, with a reply subject, or a status without one (404, 408, 409): pull again. The subject of the answer is that of the suggestion, so give each pull a subscription of its own.
2. **Look at the last fact of the trial**, because a suggestion may be delivered twice: an empty request to \`${apiPrefix}.DIRECT.GET.${stream}.${root}.log.by.*.<trial>\`. The status 404 says that there is none: the attempt is free. If its \`attempt\` is not lower than that of the suggestion, the attempt is taken: acknowledge (4) and pull (1). If that claim was refused, the engine suggests another attempt.
3. **Claim.** Publish \`started\` to \`${root}.log.by.<trainer>.<trial>\`, with a \`run\` that no other trainer can guess. Publish each fact as a request with a random header Nats-Msg-Id, and repeat it with the same id until the answer has no \`error\`. The first \`started\` of an attempt holds it.
4. **Acknowledge** the suggestion when the claim is stored: publish \`+ACK\` to its reply subject. If the last fact (2) is of an earlier attempt but was stored after the suggestion (its header Nats-Sequence is higher than the second number after \`.${TRAINERS}.\` in the reply subject), it may hide another claim: wait a second for \`rejected\` before you begin.
5. **Beat.** Publish \`beat\` to \`${root}.beat.<trainer>.<trial>\` at least three times in a lease, whose seconds the header ${LEASE_HEADER} of the suggestion says (else ${LEASE}).
6. **Report**, if there is something to report: publish \`reported\`, with increasing \`step\`. If \`stop\` comes on \`${root}.directive.<trial>\`, publish \`stopped\`: the last report is the result. If \`rejected\` comes for your \`run\`, with the type \`started\` or the code \`ended\`, another trainer has the trial: send nothing more about it.
7. **End.** Publish \`completed\` with the \`values\` by the names of the objectives (\`created\` has them), or \`failed\` with a \`reason\`. Pull the next suggestion (1).

If \`closed\` comes on \`${root}.directive.all\`, the study is over: pull no more, and end.`;
}

/** The channels of trainers, and what they are for. The first words of an address are those of a server. */
export function channelsOf({ prefix, apiPrefix }: StudyNaming) {
  const root = `${prefix}.{study}`;
  const [stream, chunks] = streamsOf('{study}', prefix);
  const notRelayed =
    'Ignore it if it has a header Nats-Stream: another trainer of the same account can have the server send a stored message here.';
  const channels = {
    pulls: {
      address: `${apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}`,
      summary: 'Requests for a suggestion.',
      description: `The server answers for the durable consumer ${TRAINERS}. Send one for each free slot.`,
      messages: ['pull'],
      parameters: ['study'],
    },
    pulled: {
      address: null,
      summary: 'A suggestion for the trainer that pulled.',
      description: 'Its reply subject is for the acknowledgement. A message without one is a status: pull again.',
      messages: ['suggested'],
    },
    acknowledgements: {
      address: null,
      summary: 'The reply subject of a suggestion.',
      description: 'Without an acknowledgement, the server delivers the suggestion again.',
      messages: ['acknowledgement'],
    },
    lastOf: {
      address: `${apiPrefix}.DIRECT.GET.${stream}.{subject}`,
      summary: 'Requests for the last message of a subject.',
      description: 'The subject may have wildcards. The status 404 says that there is no message.',
      messages: ['nothing'],
      parameters: ['study', 'subject'],
    },
    last: {
      address: null,
      summary: 'The last message of a subject.',
      description: 'With the headers Nats-Subject and Nats-Sequence, its position in the log.',
      messages: [...ofTrainers, 'created', 'closed'],
    },
    suggestions: {
      address: `${root}.log.suggested`,
      summary: 'The suggestions in the log.',
      description: `In the stream ${stream}. Trainers pull them.`,
      messages: ['suggested'],
      parameters: ['study'],
    },
    facts: {
      address: `${root}.log.by.{trainer}.{trial}`,
      summary: 'The facts of a trainer about a trial.',
      description:
        `In the stream ${stream}. At most as long as the header ${LIMIT_HEADER} of the suggestion says in bytes (else 16384): what is longer goes without trace, then without metrics, then without gradient, then without checkpoint. ` +
        'Published with a random Nats-Msg-Id, since another trainer could use one that it can guess, and again with the same until the stream acknowledges.',
      messages: ofTrainers,
      parameters: ['study', 'trainer', 'trial'],
    },
    created: {
      address: `${root}.log.created`,
      summary: 'The first fact, with the parameters and objectives.',
      description: `In the stream ${stream}, alone on its subject.`,
      messages: ['created'],
      parameters: ['study'],
    },
    study: {
      address: `${root}.log.study`,
      summary: 'All other facts of the engine, its own and those of people.',
      description: `In the stream ${stream}. If the last one is \`closed\`, the study is over.`,
      messages: ofEngine,
      parameters: ['study'],
    },
    beats: {
      address: `${root}.beat.{trainer}.{trial}`,
      summary: 'The heartbeats of a run.',
      description: 'Not stored. A run that is silent for a lease is lost, and another attempt begins.',
      messages: ['beat'],
      parameters: ['study', 'trainer', 'trial'],
    },
    presence: {
      address: `${root}.beat.{trainer}.0`,
      summary: 'That a trainer is there.',
      description: 'Not stored. The engine suggests two trials more than present trainers have slots.',
      messages: ['presence'],
      parameters: ['study', 'trainer'],
    },
    stops: {
      address: `${root}.directive.{trial}`,
      summary: 'Directives to the trainer of a trial.',
      description: notRelayed,
      messages: ['stop'],
      parameters: ['study', 'trial'],
    },
    directives: {
      address: `${root}.directive.all`,
      summary: 'Directives to all trainers.',
      description: notRelayed,
      messages: ['closed', 'instructed'],
      parameters: ['study'],
    },
    rejections: {
      address: `${root}.rejected.{trainer}`,
      summary: 'Facts of a trainer that do not count.',
      description: notRelayed,
      messages: ['rejected'],
      parameters: ['study', 'trainer'],
    },
    checkpoints: {
      address: `${root}.checkpoint.{trainer}.{trial}`,
      summary: 'Requests to save or to restore a checkpoint.',
      description: 'The engine answers.',
      messages: ['checkpointRequest'],
      parameters: ['study', 'trainer', 'trial'],
    },
    checkpointReplies: {
      address: null,
      summary: 'Whether a checkpoint may be saved or restored.',
      description: 'Goes to the reply subject of the request, which must be an inbox.',
      messages: ['checkpointReply'],
    },
    chunks: {
      address: `${root}.chunk.{trainer}.{trial}.{sha256}`,
      summary: 'The parts of checkpoints.',
      description:
        `In the stream ${chunks}, which takes one message for a subject. A checkpoint is a manifest, JSON with name, files (path, size, executable), empty (directories) and chunks (pairs of SHA-256 and size): ` +
        'the content of the files, one after the other, is that of the chunks. The field checkpoint of a fact names it as nats:<trainer>/<trial>/<SHA-256 of the manifest>.',
      messages: ['chunk'],
      parameters: ['study', 'trainer', 'trial', 'sha256'],
    },
    parts: {
      address: `${root}.part.{trainer}.{transfer}.{sha256}`,
      summary: 'A part that a trainer has asked for.',
      description:
        'The server sends it; with the status 404 it is not there. Check its SHA-256, and that paths of a manifest stay below the directory.',
      messages: ['chunk'],
      parameters: ['study', 'trainer', 'transfer', 'sha256'],
    },
    status: {
      address: `${root}.status`,
      summary: 'The state of the study.',
      description: 'After each change, at most five times a second. Not stored.',
      messages: ['status'],
      parameters: ['study'],
    },
  } as const satisfies Readonly<Record<string, Channel>>;

  type Uses = ChannelOperation & { readonly channel: keyof typeof channels; readonly reply?: keyof typeof channels };
  const send = (tag: Tag, channel: Uses['channel'], summary: string, description: string, reply?: Uses['reply']): Uses =>
    omitUndefined({ action: 'send', channel, tag, summary, description, reply });
  const receive = (tag: Tag, channel: Uses['channel'], summary: string, description: string, message?: string): Uses =>
    omitUndefined({ action: 'receive', channel, tag, summary, description, messages: message === undefined ? undefined : [message] });
  const operations: Readonly<Record<string, Uses>> = {
    pullSuggestion: send('trainer', 'pulls', 'Pull a suggestion.', 'Step 1 of a trial: with a free slot only.', 'pulled'),
    readLast: send(
      'trainer',
      'lastOf',
      'Read the last fact of a trial or of the study.',
      'Step 2 of a trial, and the start of a trainer. The last message of log.created has the objectives.',
      'last',
    ),
    publishFact: send('trainer', 'facts', 'Publish a fact about a trial.', 'Steps 3, 6 and 7: `started` claims it.'),
    acknowledgeSuggestion: send('trainer', 'acknowledgements', 'Acknowledge a suggestion.', 'Step 4: as soon as the claim is stored.'),
    sendBeat: send('trainer', 'beats', 'Send a heartbeat of a run.', 'Step 5: at least three in a lease, also while training blocks.'),
    announcePresence: send(
      'trainer',
      'presence',
      'Announce that a trainer is there.',
      `Every ${PRESENCE / 1000} seconds, so that the engine knows how many trials are wanted.`,
    ),
    receiveStop: receive('trainer', 'stops', 'Learn that a trial should stop.', 'Step 6: publish `stopped`.'),
    receiveClosed: receive('trainer', 'directives', 'Learn that the study is over.', 'Pull no more, and end.', 'closed'),
    receiveInstructed: receive(
      'trainer',
      'directives',
      'Learn whether to take trials.',
      'If it names this trainer. It is repeated when the trainer announces its presence.',
      'instructed',
    ),
    receiveRejected: receive('trainer', 'rejections', 'Learn that a fact does not count.', 'Step 6: another trainer may have the trial.'),
    requestCheckpoint: send(
      'checkpoint',
      'checkpoints',
      'Request to save a checkpoint, or a part of the one to resume.',
      'Before chunks are stored, and for each part that is missing here.',
      'checkpointReplies',
    ),
    storeChunk: send('checkpoint', 'chunks', 'Store a part of a checkpoint.', 'First the chunks, then the manifest.'),
    receivePart: receive('checkpoint', 'parts', 'Receive a part of a checkpoint.', 'After a request for it.'),
    receiveStatus: receive('operator', 'status', 'Watch the state of the study.', 'To show it, without a request for each change.'),
  };
  const all: Readonly<Record<string, Channel>> = channels;
  return { channels: all, operations };
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Driven, drivenStudy } from '../../../src/host/askTell/studySession.ts';
import { acceptCommands } from '../../../src/host/plugins.ts';
import { submitToRun } from '../../../src/stores/controlSocket.ts';
import { refusedElsewhere } from '../../../src/study/commands.ts';
import { type Door, SPACE, type Way } from './door.ts';
import { NAMES } from './doors.ts';
import { counted, OF_JSON } from './wires.ts';

/** A way by lines of ask-tell; what these do not have goes through the socket of the journal, as commands of people do. */
function byLines(path: string, { answers }: Driven, close: Way['close']): Way {
  // biome-ignore lint/suspicious/noExplicitAny: whatever is answered
  const say = async (cmd: string, request: object = {}): Promise<any> => answers[cmd]!(JSON.parse(JSON.stringify(request)) as never);
  const stepOf = counted();
  const rows: Way['read']['trials'] = async () => (await say('trials')).trials;
  return {
    close,
    ask: async ({ fixed, signal } = {}) => {
      const left = new Promise<never>((_, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
      left.catch(() => {});
      const { over, ...claimed } = await Promise.race([left, say('ask', { fixed })]);
      if (over) return undefined;
      const { attempt, by } = (await rows()).find(({ trial }) => trial === claimed.trial)!;
      return { ...claimed, attempt, by };
    },
    record: async (fact) => {
      const { type, trial, values: given, ...rest } = fact;
      const values = given === undefined || typeof given === 'object' ? given : { value: given };
      if (type === 'reported') return say('report', { trial, values, ...rest, step: stepOf(fact) });
      await say('tell', { trial, ...(type === 'stopped' && { stopped: true }), ...(values && { values }), ...rest });
      return undefined;
    },
    submit: async (intent) => {
      const { type, ...fields } = intent;
      if (Object.hasOwn(answers, type)) return say(type, fields);
      const answer = (await submitToRun(path, intent))!;
      if ('error' in answer) throw refusedElsewhere(answer);
      return answer;
    },
    read: {
      trials: rows,
      best: async () => (await say('best')).best ?? undefined,
      why: async (trial) => (await say('why', { trial })).why.split('\n'),
      importance: async (objective) => (await say('importance', { objective })).importance,
    },
  };
}

const LACKS = {
  '11 the next ask': 'what a line asks is answered',
  '15': 'each process has slots of its own',
  '32': 'processes are lost, not their connections',
};

/** @param isJoined another process runs the study */
const ofLines = (name: string, lacks: Door['lacks'], isJoined: boolean): Door => ({
  name,
  lacks: { ...NAMES, ...OF_JSON, ...LACKS, ...lacks },
  begin: async ({ strategy = 'random', objectives = { value: 'minimize' }, lease: _, ...study }) => {
    const path = join(mkdtempSync(join(tmpdir(), 'door-')), 'digits.jsonl');
    const seats: Driven[] = [];
    const sit = async (expected: object = {}) => {
      const described = { ...SPACE.toJSON(), name: 'digits', seed: 1, strategy, objectives, ...study, ...expected };
      const driven = await drivenStudy(described, path, { plugins: [acceptCommands], line: () => {} });
      seats.push(driven);
      return driven;
    };
    const leave = async (driven: Driven) => {
      const [left] = seats.splice(seats.indexOf(driven), 1);
      await left?.dispose();
    };
    if (isJoined) await sit();
    return {
      open: async ({ space, ...more } = {}) => {
        const driven = await sit({ ...space?.toJSON(), ...more });
        return byLines(path, driven, () => leave(driven));
      },
      restart: () => leave(seats[0]!),
      end: async () => {
        for (const driven of [...seats].reverse()) await leave(driven);
      },
    };
  },
});

export const lines = ofLines('lines', {}, false);
export const joined = ofLines('joined', { '11': 'its slots are on top' }, true);

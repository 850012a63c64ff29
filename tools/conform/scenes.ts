import { setTimeout as sleep } from 'node:timers/promises';
import { must, type Said, type Stage, type StageOptions } from './stage.ts';

/** One rule, or several related ones, and the check that a trainer keeps them. */
export interface Scene extends StageOptions {
  readonly name: string;
  /** What happens before the trainer begins. */
  readonly before?: (stage: Stage) => Promise<void>;
  readonly play: (stage: Stage) => Promise<void>;
  /** Whether facts of the trainer may be refused. */
  readonly mayLose?: boolean;
}

/** Each fact of a trainer once, in the order of the log. */
const factsIn = ({ applied }: Stage): Said[] => applied.map(({ fact }) => fact as Said).filter(({ type }) => isTrainers(type));
const factsOf = (stage: Stage, trial: number) => factsIn(stage).filter((fact) => fact.trial === trial);
const isEnd = (type: string) => ['completed', 'stopped', 'failed'].includes(type);
const isTrainers = (type: string) => type === 'started' || type === 'reported' || isEnd(type);
const has = ({ applied }: Stage, type: string, trial: number) =>
  applied.some(({ fact, refusal }) => !refusal && (fact as Said).type === type && (fact as Said).trial === trial);
const reports = (stage: Stage) => stage.until('the trainer should report', () => factsOf(stage, 1).length >= 4);
const othersResult = (stage: Stage) => stage.other(1, { type: 'completed', run: 'other', values: { value: 1 } });

/** A fact may be published again, but must not change. */
export function isPublishedOnce({ said }: Stage): void {
  const texts = new Map<string, string>();
  for (const { id, text } of said) {
    must(id !== undefined, `each fact needs a Nats-Msg-Id, so that it can be sent again: ${text}`);
    const before = texts.get(id);
    must(before === undefined || before === text, `the id ${id} was used for two facts: ${before} and ${text}`);
    texts.set(id, text);
  }
  must(new Set(texts.values()).size === texts.size, 'a fact was sent again under another id');
}

export function isTakenIn({ applied }: Stage): void {
  for (const { fact, refusal } of applied) must(!refusal, `a fact was refused: ${refusal?.message}: ${JSON.stringify(fact)}`);
}

export const scenes: readonly Scene[] = [
  {
    name: 'evaluates a study to its end, one trial at a time',
    parallel: 3,
    script: [{ x: 5 }, { x: 6, outcome: 'error' }, { x: 7, outcome: 'nan' }, { x: 8, steps: 0 }, { x: 9, steps: 3 }],
    play: async (stage) => {
      await stage.endsWell();
      isPublishedOnce(stage);
      const expected = [
        'started, step 1, step 2, completed',
        'started, step 1, step 2, failed',
        'started, step 1, step 2, failed',
        'started, completed',
        'started, step 1, step 2, step 3, completed',
      ];
      for (const [i, facts] of expected.entries()) {
        const sent = factsOf(stage, i + 1).map(({ type, step }) => (type === 'reported' ? `step ${step}` : type));
        must(sent.join(', ') === facts, `about trial ${i + 1} it should send ${facts}, not ${sent.join(', ')}`);
      }
      const { reason } = factsOf(stage, 3).at(-1)!;
      must(reason === 'non-finite', `a result that is not a number should fail with the reason non-finite, not ${reason}`);
      const { values } = factsOf(stage, 1).at(-1)!;
      must(values?.value === 5, `the result of trial 1 is {"value": 5}, not ${JSON.stringify(values)}`);
      let open = 0;
      for (const { type, trial } of factsIn(stage)) {
        open += type === 'started' ? 1 : isEnd(type) ? -1 : 0;
        must(open <= 1, `it took trial ${trial} before the previous one had ended`);
      }
    },
  },
  {
    name: 'acknowledges when its claim is stored, sends heartbeats, and takes no more trials than it has slots',
    parallel: 2,
    lease: 6,
    script: [{ steps: 1, pause: 9 }, {}],
    play: async (stage) => {
      await stage.until('the trainer should claim trial 1', () => has(stage, 'started', 1));
      const claimed = performance.now();
      await sleep(1000);
      const { handedOut, waiting } = await stage.consumer();
      must(handedOut === 0, 'a suggestion should be acknowledged as soon as its claim is stored, not when its trial ends');
      must(waiting === 1, 'a trainer should not pull a suggestion without a free slot');
      await stage.until('the trainer should complete trial 1', () => has(stage, 'completed', 1) || has(stage, 'failed', 1));
      const { run } = factsOf(stage, 1)[0]!;
      const times = [claimed, ...stage.beats.filter((beat) => beat.run === run).map(({ at }) => at), performance.now()];
      const gap = Math.max(...times.slice(1).map((at, i) => at - times[i]!)) / 1000;
      const due = 'with a lease of 6 s, heartbeats are due every 2 s on ht.<study>.beat.<trainer>.<trial>, with {"run": ...}';
      must(gap < 4.5, `${due}; there was none for ${gap.toFixed(1)} s`);
    },
  },
  {
    name: 'stops when it is told to',
    script: [{ steps: 100, pause: 0.05 }],
    play: async (stage) => {
      await reports(stage);
      await stage.cancel(1);
      await stage.until('a trainer that is told to stop should send `stopped`', () => has(stage, 'stopped', 1), 15);
      must(factsOf(stage, 1).at(-1)!.type === 'stopped', 'after `stopped`, a trainer should send nothing about the trial');
    },
  },
  {
    name: 'leaves an attempt to the trainer that has claimed it',
    lease: 20, // the other one is silent until the trainer under test has begun, which may take a while
    parallel: 2,
    script: [{}, {}],
    mayLose: true,
    before: async (stage) => void (await stage.other(1, { type: 'started', attempt: 1, run: 'other' })),
    play: async (stage) => {
      await stage.until('the trainer should complete trial 2', () => has(stage, 'completed', 2));
      const { handedOut } = await stage.consumer();
      must(handedOut === 0, 'a suggestion that is claimed already should be acknowledged');
      const claims = stage.said.some(({ trial }) => trial === 1);
      must(!claims, 'an attempt that is claimed already should not be claimed: look at the last fact of its trial');
      await othersResult(stage);
    },
  },
  {
    name: 'gives up a claim that came second',
    lease: 20,
    script: [{ steps: 100, pause: 0.1 }, {}],
    mayLose: true,
    before: async (stage) => {
      await stage.other(1, { type: 'started', attempt: 1, run: 'other' });
      await stage.other(1, { type: 'failed', attempt: 0, reason: 'error' }); // hides the claim: it is no longer the last fact
    },
    play: async (stage) => {
      const claims = () => stage.said.some(({ type }) => type === 'started');
      const isLeft = async () => Object.values(await stage.consumer()).every((count) => count === 0);
      await stage.until('the trainer should take trial 1, or leave it', async () => claims() || (await isLeft()));
      await sleep(4000);
      const late = stage.said.length;
      await sleep(3000); // its trial would take ten seconds
      must(stage.said.length === late, 'a trainer whose claim came second (`rejected` says so) should send nothing more about that run');
      await othersResult(stage);
      await stage.until('the trainer should continue with trial 2', () => has(stage, 'completed', 2));
    },
  },
  {
    name: 'loses nothing, and sends nothing twice, when connections break',
    lease: 10,
    script: [{ steps: 40, pause: 0.05 }, {}],
    play: async (stage) => {
      await reports(stage);
      stage.proxy.cut();
      await stage.until('a trainer should continue after its connection broke', () => factsOf(stage, 1).length >= 15);
      stage.proxy.swallow();
      await sleep(400);
      stage.proxy.restore();
      stage.proxy.cut();
      await stage.endsWell();
      const steps = factsOf(stage, 1).flatMap(({ type, step }) => (type === 'reported' ? [step] : []));
      const expected = 'each report should be sent again until it is stored, in order: there should be steps 1 to 40';
      must(steps.length === 40 && steps.every((step, i) => step === i + 1), `${expected}, not ${steps.join(' ')}`);
      must(has(stage, 'completed', 1) && has(stage, 'completed', 2), 'all trials should be completed');
    },
  },
  {
    name: 'continues after a half-open connection',
    lease: 20,
    script: [{ steps: 20, pause: 0.05 }, {}],
    play: async (stage) => {
      await reports(stage);
      stage.proxy.swallow();
      await sleep(1000);
      stage.proxy.restore();
      await stage.until('a trainer should detect a dead link, and connect again', () => has(stage, 'completed', 1));
    },
  },
  {
    name: 'ends by itself if the study is over already',
    script: [{}],
    before: async (stage) => {
      await stage.other(1, { type: 'started', attempt: 1, run: 'other' });
      await othersResult(stage);
      await stage.until('the study closes', () => stage.applied.some(({ fact }) => (fact as Said).type === 'closed'));
    },
    play: async (stage) => {
      await stage.endsWell();
      must(stage.said.length === 0, 'nothing should be sent to a study that is over');
    },
  },
];

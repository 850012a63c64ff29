import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { must, type Said, type Stage, type StageOptions } from './stage.ts';

/** One rule, or several related ones, and the check that a trainer keeps them. */
export interface Scene extends Pick<StageOptions, 'script' | 'parallel' | 'lease'> {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** Each fact once, in the order of the log. */
const factsOf = ({ applied }: Stage, trial: number): Said[] =>
  applied.flatMap(({ fact }) => ((fact as Said | undefined)?.trial === trial && isTrainers(fact as Said) ? [fact as Said] : []));
const isTrainers = ({ type = '' }: Said) => ['started', 'reported', 'completed', 'stopped', 'failed'].includes(type);
const isEnd = ({ type = '' }: Said) => ['completed', 'stopped', 'failed'].includes(type);
const has = ({ applied }: Stage, type: string, trial: number) =>
  applied.some(({ fact, refusal }) => !refusal && (fact as Said).type === type && (fact as Said).trial === trial);
const says = ({ said }: Stage, type: string, trial: number) => said.some((one) => one.type === type && one.trial === trial);
const sequence = (facts: readonly Said[]) => facts.map(({ type, step }) => (type === 'reported' ? `step ${step}` : type)).join(', ');

/** It exits by itself with status 0 when its study has closed. */
async function endsWell(stage: Stage, ended: Promise<number | null>): Promise<void> {
  let status: number | null | undefined;
  void ended.then((code) => {
    status = code;
  });
  await stage.until('when the study is over, the trainer should end', () => status !== undefined);
  must(status === 0, `when the study is over, the trainer should end with exit status 0, not ${status}`);
}

/** A fact may be published again, but must not change. */
function isPublishedOnce({ said }: Stage): void {
  const texts = new Map<string, string>();
  for (const { id, text } of said) {
    must(id !== undefined, `each fact needs a Nats-Msg-Id, so that it can be sent again: ${text}`);
    const before = texts.get(id);
    must(before === undefined || before === text, `the id ${id} was used for two facts: ${before} and ${text}`);
    texts.set(id, text);
  }
  must(new Set(texts.values()).size === texts.size, 'a fact was sent again under another id');
}

function isTakenIn({ applied }: Stage): void {
  const refused = applied.find(({ refusal }) => refusal) as (AppliedEntry & { refusal: { message: string } }) | undefined;
  must(!refused, `a fact was refused: ${refused?.refusal.message}: ${JSON.stringify(refused?.fact)}`);
}

export const scenes: readonly Scene[] = [
  {
    name: 'evaluates a study to its end, one trial at a time',
    parallel: 3,
    script: [{ x: 5 }, { x: 6, outcome: 'error' }, { x: 7, outcome: 'nan' }, { x: 8, steps: 0 }, { x: 9, steps: 3 }],
    play: async (stage) => {
      await endsWell(stage, stage.start().ended);
      isPublishedOnce(stage);
      isTakenIn(stage);
      const expected = [
        'started, step 1, step 2, completed',
        'started, step 1, step 2, failed',
        'started, step 1, step 2, failed',
        'started, completed',
        'started, step 1, step 2, step 3, completed',
      ];
      expected.forEach((facts, i) => {
        const said = sequence(factsOf(stage, i + 1));
        must(said === facts, `about trial ${i + 1} it should send ${facts}, not ${said}`);
      });
      const [, , nan] = [1, 2, 3].map((trial) => factsOf(stage, trial).at(-1)!);
      must(nan!.reason === 'non-finite', `a result that is not a number should fail with the reason non-finite, not ${nan!.reason}`);
      const [first] = factsOf(stage, 1).slice(-1) as [Said & { values?: { value?: unknown } }];
      must(first.values?.value === 5, `the result of trial 1 is {"value": 5}, not ${JSON.stringify(first.values)}`);
      let open = 0;
      for (const one of stage.applied.map(({ fact }) => fact as Said).filter(isTrainers)) {
        open += one.type === 'started' ? 1 : isEnd(one) ? -1 : 0;
        must(open <= 1, `it took trial ${one.trial} before the previous one had ended`);
      }
    },
  },
  {
    name: 'acknowledges when its claim is stored, sends heartbeats, and takes no more trials than it has slots',
    parallel: 2,
    lease: 6,
    script: [{ steps: 1, pause: 9 }, {}],
    play: async (stage) => {
      const { ended } = stage.start();
      await stage.until('the trainer should claim trial 1', () => has(stage, 'started', 1));
      const claimed = performance.now();
      await stage.pause(1);
      const { handedOut, waiting } = await stage.consumer();
      must(handedOut === 0, 'a suggestion should be acknowledged as soon as its claim is stored, not when its trial ends');
      must(waiting === 1, 'a trainer should not pull a suggestion without a free slot');
      await stage.until('the trainer should complete trial 1', () => has(stage, 'completed', 1) || has(stage, 'failed', 1));
      const { run } = factsOf(stage, 1)[0]!;
      const times = [claimed, ...stage.beats.filter((beat) => beat.run === run).map(({ at }) => at), performance.now()];
      const gap = Math.max(...times.slice(1).map((at, i) => at - times[i]!));
      must(
        gap < 4500,
        `with a lease of 6 s, heartbeats are due every 2 s on ht.<study>.beat.<trainer>.<trial>, with {"run": ...}; there was none for ${(gap / 1000).toFixed(1)} s`,
      );
      await endsWell(stage, ended);
      isTakenIn(stage);
    },
  },
  {
    name: 'stops when it is told to',
    script: [{ steps: 100, pause: 0.05 }],
    play: async (stage) => {
      const { ended } = stage.start();
      await stage.until('the trainer should report', () => factsOf(stage, 1).length >= 4);
      await stage.cancel(1);
      await stage.until('a trainer that is told to stop should send `stopped`', () => has(stage, 'stopped', 1), 15);
      must(factsOf(stage, 1).at(-1)!.type === 'stopped', 'after `stopped`, a trainer should send nothing about the trial');
      await endsWell(stage, ended);
      isTakenIn(stage);
    },
  },
  {
    name: 'leaves an attempt to the trainer that has claimed it',
    lease: 20, // the other one is silent until the trainer under test has begun, which may take a while
    parallel: 2,
    script: [{}, {}],
    play: async (stage) => {
      await stage.other(1, { type: 'started', attempt: 1, run: 'other' });
      const { ended } = stage.start();
      await stage.until('the trainer should complete trial 2', () => has(stage, 'completed', 2));
      const { handedOut } = await stage.consumer();
      must(handedOut === 0, 'a suggestion that is claimed already should be acknowledged');
      must(
        !stage.said.some(({ trial }) => trial === 1),
        'an attempt that is claimed already should not be claimed: look at the last fact of its trial',
      );
      await stage.other(1, { type: 'completed', run: 'other', values: { value: 1 } });
      await endsWell(stage, ended);
    },
  },
  {
    name: 'gives up a claim that came second',
    lease: 20,
    script: [{ steps: 100, pause: 0.1 }, {}],
    play: async (stage) => {
      await stage.other(1, { type: 'started', attempt: 1, run: 'other' });
      await stage.other(1, { type: 'failed', attempt: 0, reason: 'error' }); // hides the claim: it is no longer the last fact
      const { ended } = stage.start();
      await stage.until('the trainer should take trial 1, or leave it', async () => says(stage, 'started', 1) || (await isLeft(stage)));
      // Its trial would take ten seconds.
      let late = -1;
      for (let tries = 0; tries < 3 && stage.said.length !== late; tries++) {
        late = stage.said.length;
        await stage.pause(3);
      }
      must(stage.said.length === late, 'a trainer whose claim came second (`rejected` says so) should send nothing more about that run');
      await stage.other(1, { type: 'completed', run: 'other', values: { value: 1 } });
      await stage.until('the trainer should continue with trial 2', () => has(stage, 'completed', 2));
      await endsWell(stage, ended);
    },
  },
  {
    name: 'loses nothing, and sends nothing twice, when connections break',
    lease: 10,
    script: [{ steps: 40, pause: 0.05 }, {}],
    play: async (stage) => {
      const { ended } = stage.start();
      await stage.until('the trainer should report', () => factsOf(stage, 1).length >= 4);
      stage.proxy.cut();
      await stage.until('a trainer should continue after its connection broke', () => factsOf(stage, 1).length >= 15);
      stage.proxy.swallow();
      await stage.pause(0.4);
      stage.proxy.restore();
      stage.proxy.cut();
      await endsWell(stage, ended);
      isPublishedOnce(stage);
      isTakenIn(stage);
      const steps = factsOf(stage, 1).filter(({ type }) => type === 'reported');
      must(
        steps.length === 40 && steps.every(({ step }, i) => step === i + 1),
        `each report should be sent again until it is stored, in order: there should be steps 1 to 40, not ${steps.map(({ step }) => step).join(' ')}`,
      );
      must(has(stage, 'completed', 1) && has(stage, 'completed', 2), 'all trials should be completed');
    },
  },
  {
    name: 'continues after a half-open connection',
    lease: 20,
    script: [{ steps: 20, pause: 0.05 }, {}],
    play: async (stage) => {
      const { ended } = stage.start();
      await stage.until('the trainer should report', () => factsOf(stage, 1).length >= 4);
      stage.proxy.swallow();
      await stage.pause(1);
      stage.proxy.restore();
      await stage.until('a trainer should detect a dead link, and connect again', () => has(stage, 'completed', 1));
      await endsWell(stage, ended);
      isPublishedOnce(stage);
      isTakenIn(stage);
    },
  },
  {
    name: 'ends by itself if the study is over already',
    script: [{}],
    play: async (stage) => {
      await stage.other(1, { type: 'started', attempt: 1, run: 'other' });
      await stage.other(1, { type: 'completed', run: 'other', values: { value: 1 } });
      await stage.until('the study closes', () => stage.applied.some(({ fact }) => (fact as Said).type === 'closed'));
      await endsWell(stage, stage.start().ended);
      must(stage.said.length === 0, 'nothing should be sent to a study that is over');
    },
  },
];

async function isLeft(stage: Stage): Promise<boolean> {
  const { waiting, handedOut } = await stage.consumer();
  return waiting + handedOut === 0;
}

import { expect, it } from 'vitest';
import { jsonLog, withLog } from '../../../src/cli/terminal/withLog.ts';
import { about, ofStudy } from '../../../src/text/statusLine.ts';
import { hypertide, journalOf, studyIn, TRAINER } from '../support.ts';

/** What a log writes, line by line. */
function written(write: (log: ReturnType<typeof jsonLog>) => void): Record<string, unknown>[] {
  let text = '';
  write(jsonLog({ write: (more) => (text += more) }));
  return linesOf(text);
}
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

it('a line has a level, a time, and fields for its study, trial and worker', () => {
  const [line, ...more] = written((log) =>
    about(about(log, { study: 'digits' }), { level: 'warn' }).line('trial 3: slow', { trial: 3, run: '3.1' }),
  );
  expect(line).toMatchObject({ level: 'warn', study: 'digits', trial: 3, run: '3.1', msg: 'trial 3: slow', pid: process.pid });
  expect(new Date(line!.time as string).getTime()).toBeLessThanOrEqual(Date.now());
  expect(more).toEqual([]);
});

it('the study is in its field, and not repeated in the text', () => {
  expect(written((log) => ofStudy(log, 'digits')('resumed'))).toMatchObject([{ study: 'digits', msg: 'resumed', level: 'info' }]);
});

it('no line holds a password', () => {
  const [server] = written((log) => {
    log.line('cannot reach nats://alice:hunter2@a.example.com:4222, tls://s3cret@b.example.com');
  });
  expect(server!.msg).toBe('cannot reach nats://a.example.com:4222, tls://b.example.com');
});

it('each line is one object, whatever the text contains, and no field stands twice', () => {
  let text = '';
  about(jsonLog({ write: (more) => (text += more) }), { study: 'a', level: 'warn' }).line('two\nlines \u001b[31m "quoted"', {
    study: 'b',
    level: 'error',
  });
  expect(linesOf(text)).toMatchObject([{ study: 'b', level: 'error', msg: 'two\nlines \u001b[31m "quoted"' }]);
  expect(text.match(/"study"/g)).toHaveLength(1);
  expect(text.match(/"level"/g)).toHaveLength(1);
});

it('run logs JSON only, with the study on each line and the trial where there is one', async () => {
  const place = studyIn('trials: 3\nobjective: minimize loss\n');
  const { code, err } = await hypertide(place, 'run', 'study.yaml', '--log-format', 'json', '--', ...TRAINER);
  expect(code).toBe(0);
  const lines = linesOf(err);
  expect(lines.filter(({ study }) => study !== 'study')).toEqual([]);
  expect(lines.filter(({ trial }) => trial !== undefined).map(({ trial }) => trial)).toEqual([1, 2, 3]);
  expect(journalOf(place).filter(({ type }) => type === 'completed')).toHaveLength(3);
});

it('the error that ends a command is a line, too', async () => {
  const { code, err } = await hypertide(studyIn(), 'run', 'none.yaml', '--log-format', 'json', '--', ...TRAINER);
  expect(code).toBe(2);
  expect(linesOf(err)).toMatchObject([{ level: 'error', msg: expect.stringContaining('none.yaml') }]);
});

it('without a format, errors are left to the command line', () =>
  expect(withLog(undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no'));

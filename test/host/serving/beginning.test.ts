import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveOverHttp, serveStudies } from '../../../src/cli/commands/server/start.ts';
import { connectionFrom } from '../../../src/stores/connection.ts';
import { studyIn } from '../../cli/support.ts';

const lines: string[] = [];
const screen = { terminal: false, line: (text: string) => void lines.push(text), status: () => {}, end: () => {} };

it('serve reads the file of --hooks before it connects or listens', async () => {
  const place = studyIn('trials: 3\nobjective: minimize loss\n');
  const [file, hooks] = [join(place, 'study.yaml'), join(place, 'none.yaml')];
  await expect(serveStudies([file], { nats: 'nats://127.0.0.1:1', hooks }, await connectionFrom({}), screen)).rejects.toThrow(
    `${hooks}: cannot be read`,
  );
  await expect(serveOverHttp([file], { http: '0', monitor: '0', hooks }, screen)).rejects.toThrow(`${hooks}: cannot be read`);
  expect(lines).toEqual([]);
});

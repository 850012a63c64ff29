import { afterEach, expect, it, vi } from 'vitest';
import { stripControls } from '../../src/study/plainText.ts';
import { asCalled } from '../../src/text/layout.ts';

afterEach(() => vi.unstubAllEnvs());

const hint = 'hypertide: "hypertide study repair hypertide.jsonl" writes a copy; next: hypertide dashboard study.jsonl';

it.each([
  ["'hypertide'", 'npx'], // npm 11
  ['hypertide "run" "study.yaml"', 'npx'],
])('hints name commands as npx starts them: %s', (script, event) => {
  vi.stubEnv('npm_lifecycle_script', script);
  vi.stubEnv('npm_lifecycle_event', event);
  expect(asCalled(hint)).toBe(
    'hypertide: "npx hypertide study repair hypertide.jsonl" writes a copy; next: npx hypertide dashboard study.jsonl',
  );
});

it.each([
  ['vitest', 'npx'],
  ['hypertide run study.yaml', 'start'], // a script of package.json
  [undefined, undefined],
])('other hints stay: %s, %s', (script, event) => {
  vi.stubEnv('npm_lifecycle_script', script);
  vi.stubEnv('npm_lifecycle_event', event);
  expect(asCalled(hint)).toBe(hint);
});

it.each(['\u001b[1;31mloss=1\u001b[0m', '\u001b]2;epoch 3/10 loss=5\u001b\\loss=1', '\u001b]0;user@host: ~\u0007loss=1'])(
  'text that is parsed has no colours and no titles of windows: %j',
  (text) => expect(stripControls(text)).toBe('loss=1'),
);

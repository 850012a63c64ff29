import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './support/documents.ts';
import { messagesOfErrors } from './support/messages.ts';

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const documented = [...page.matchAll(/^\| `(.*?)` \| /gm)].map(([, message]) => message!);
const messages = messagesOfErrors();

it('docs/troubleshooting.md has each message of an error once', () => {
  expect([...messages].filter((message) => !documented.includes(message))).toEqual([]);
  expect(new Set(documented).size).toBe(documented.length);
});

it('docs/troubleshooting.md has no other message', () => {
  const code = ['src', 'streams'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|py)$/.test(path))
      .map((path) => readFileSync(join(root, folder, path), 'utf8')),
  );
  const isWritten = (message: string) => code.some((text) => message.split('…').every((part) => text.includes(part)));
  expect(documented.filter((message) => !messages.has(message) && !isWritten(message))).toEqual([]);
});

it('finds the messages of errors, refusals and failed trials', () => {
  expect(messages).toContain('…: there is no such program…');
  expect(messages).toContain('trial … has ended: …');
  expect(messages).toContain('the study has not begun');
  expect(messages).toContain('it took longer than its time limit of … s');
});

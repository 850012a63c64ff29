#!/usr/bin/env node
// Imports nothing at first, so that an older Node prints this message, instead of an error about what it does not have.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) await (await import('./program.ts')).start();
else {
  process.stderr.write(`hypertide: expected Node 20.19 or newer, this is ${process.versions.node}\n`);
  process.exitCode = 2;
}

export {};

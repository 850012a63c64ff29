import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ProgramRun } from '../../src/programs/programRun.ts';
import { type ProgramOptions, startProgram } from '../../src/programs/startProgram.ts';
import type { PrintedReport } from '../../src/programs/structuredLine.ts';
import { parseTemplate } from '../../src/programs/template.ts';
import { eventually } from '../support/eventually.ts';

export const params = { lr: 0.1, 'batch-size': 32, optimizer: 'it\'s "sgd"; $(date)' };

/** Starts a command for a trial, and collects its reports and warnings. */
export function start(command: string[], options: Partial<ProgramOptions> = {}, more: Partial<ProgramRun> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const paths = {
    params: join(directory, '7', 'params.json'),
    checkpoints: join(directory, '7', 'saved'),
    log: join(directory, '7', '1.log'),
  };
  const job: ProgramRun = { study: 'digits', trial: 7, attempt: 1, slot: 2, params, paths, ...more };
  const reports: PrintedReport[] = [];
  const warnings: string[] = [];
  const waiting: (() => void)[] = [];
  const running = startProgram(job, {
    command: parseTemplate(command, Object.keys(params)),
    objectives: ['loss'],
    onReport: (report) => {
      reports.push(report);
      for (const wake of waiting.splice(0)) wake();
    },
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  const reported = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { ...running, reports, warnings, reported, paths, log: () => readFileSync(paths.log, 'utf8') };
}
export const sh = (script: string, options: Partial<ProgramOptions> = {}, more: Partial<ProgramRun> = {}) =>
  start(['sh', '-c', script.replaceAll('{', '{{')], options, more);

/** Prints a report with its own pid as the step. */
export const report = 'echo step=$$ loss=1';
export const forever = 'while :; do sleep 0.01; done';

export const isAlive = (pid: number) => {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** A killed process closes its output a moment before it is gone. */
export const gone = (pid: number) => eventually(() => expect(isAlive(pid)).toBe(false));

export const MANY_REPORTS = 50_000;
/** A script that prints reports faster than they are stored. */
export const printMany = `seq 1 ${MANY_REPORTS} | sed 's/.*/step=& loss=1/'`;

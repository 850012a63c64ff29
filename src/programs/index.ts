export type { ProgramOutcome } from './outcome.ts';
export { type OutputOptions, type OutputReader, outputReader, readOutput } from './outputReader.ts';
export type { ProgramRun } from './programRun.ts';
export type { ProposedObjective } from './resultName.ts';
export { type ProgramOptions, type RunningProgram, startProgram } from './startProgram.ts';
export type { OutputEvent, PrintedExample, PrintedReport, PrintedResult } from './structuredLine.ts';
export { type CommandTemplate, parseTemplate, RUNNER_NAMES, TemplateError } from './template.ts';

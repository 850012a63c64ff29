import type { Readable } from 'node:stream';
import { stripControls } from '../study/plainText.ts';
import type { LogFile } from './logFile.ts';
import { metricFile } from './metricFile.ts';
import { type ExamplesSoFar, type Heard, hasDiverged, hear } from './outcome.ts';
import { type LineSplitter, type OutputOptions, outputReader, remarks, splitLines } from './outputReader.ts';
import type { OutputEvent, PrintedExample, PrintedReport } from './structuredLine.ts';

/** The output of a program that is read, and what is called with it. */
export interface Listening extends OutputOptions {
  /** Called with each report as it is printed, and the checkpoint that was named last. */
  readonly onReport?: (report: PrintedReport, checkpoint: string | undefined) => void;
  /** Called with the result of each example, with the number of results so far and their means, and the checkpoint that was named last. */
  readonly onExample?: (result: PrintedExample, soFar: ExamplesSoFar, checkpoint: string | undefined) => void;
  /** How many reports wait to be stored. While there are many, the output is not read, so that the program has to wait. */
  readonly waiting?: (() => number) | undefined;
  /**
   * Called with a warning if something looks like a report or result but is not one, or if a log file cannot be written. With a topic, once is enough for all
   * runs.
   */
  readonly onWarning?: (message: string, topic?: string) => void;
}

/** Milliseconds between two checks of a file of metrics. */
const CHECK_EVERY = 1000;
/** Reports that may wait to be stored. */
const MOST_WAITING = 1000;
/** Milliseconds between two checks whether they are stored. */
const RELIEF = 20;

/**
 * Logs both outputs of a program, and reads its values there or in a file. `end` handles a last line without a line feed, and returns the outcome.
 *
 * @param hopeless called when training has diverged, or nothing says which value is the result; later reports are dropped
 */
export function listen(log: LogFile | undefined, options: Listening, hopeless: (why: 'non-finite' | 'no-result') => void) {
  const { onReport, onExample, onWarning, waiting = () => 0, file: path } = options;
  const reader = outputReader(options);
  let heard: Heard = {};
  let lastError = '';
  const take = (line: OutputEvent) => {
    heard = hear(heard, line);
    if (line.type === 'report' && !hasDiverged(heard)) onReport?.(line.report, heard.checkpoint);
    if (line.type === 'example' && !hasDiverged(heard)) onExample?.(line.result, heard.examples!, heard.checkpoint);
    if (line.type === 'refused') onWarning?.(stripControls(line.message), line.topic);
    if (line.type === 'non-finite' && hasDiverged(heard)) hopeless('non-finite');
    if (line.type === 'unclear') hopeless('no-result');
    if (line.type === 'result' && line.warning !== undefined) onWarning?.(stripControls(line.warning));
  };
  const file =
    path === undefined
      ? undefined
      : metricFile(
          path,
          ({ line, unfinished }) => reader.line(line, unfinished).forEach(take),
          (message) => onWarning?.(stripControls(message)),
        );
  let polling: NodeJS.Timeout | undefined;
  const hearLine = (text: string, redrawn: boolean) => (file ? remarks(text) : reader.line(text, redrawn)).forEach(take);
  const out = splitLines(hearLine);
  const errors = splitLines((text, redrawn) => {
    if (text.trim() && !AFTER_ERROR.test(text)) lastError = text;
    hearLine(text, redrawn);
  });
  const paused = new Set<Readable>();
  const pause = (stream: Readable) => {
    paused.add(stream.pause());
    const relief = setInterval(() => {
      if (waiting() > MOST_WAITING) return;
      clearInterval(relief);
      paused.delete(stream.resume());
    }, RELIEF);
  };
  const copy = (stream: Readable, lines: LineSplitter) => {
    stream.on('data', (bytes: Buffer) => {
      log?.write(bytes);
      lines.push(bytes);
      if (waiting() > MOST_WAITING) pause(stream);
    });
    stream.on('error', () => {}); // a broken pipe ends the stream, and `close` follows
  };
  return {
    /** Whether reading pauses until reports are stored. */
    isPaused: () => paused.size > 0,
    read(child: Readonly<Record<'stdout' | 'stderr', Readable>>) {
      copy(child.stdout, out);
      copy(child.stderr, errors);
      if (file) polling = setInterval(file.poll, CHECK_EVERY);
    },
    end(broken: boolean) {
      clearInterval(polling);
      out.end();
      errors.end();
      file?.end();
      reader.end(broken).forEach(take);
      return { heard, lastError, metric: reader.metric, noResult: reader.noResult };
    },
  };
}

/** Lines that Node, Java and R print after an error: frames, fields of the error, and a final line. */
const AFTER_ERROR = /^\s+at |^Node\.js v\d|^Execution halted|^\s*[{}]|^\s+\w+: .*[,']$/;

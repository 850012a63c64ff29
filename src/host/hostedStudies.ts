import { join, resolve } from 'node:path';
import { spaceOf } from '../../streams/engine/applyEntries.ts';
import { dryRun } from '../../streams/engine/dryRun.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { type JournalOptions, openJournal } from '../../streams/log/openJournal.ts';
import { checkName } from '../../streams/nats/protocol/subjects.ts';
import { createdOf, type StudyOptions } from '../../streams/spec/options.ts';
import { auto } from '../../streams/strategies/auto.ts';
import type { LocalPort } from '../../streams/study/port/local.ts';
import type { Params } from '../facts/facts.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { ServedStudies } from '../server/servedStudies.ts';
import type { Space } from '../space/space.ts';
import { begunIn, createdIn, stemOf } from '../stores/journalFile.ts';
import { journalsIn } from '../stores/journalFolder.ts';
import { makeFolder } from '../stores/makeFolder.ts';
import { processSource } from '../stores/process.ts';
import { trialsDirectory } from '../stores/trialFiles.ts';
import type { AtMost } from '../study/atMost.ts';
import { RefusedError } from '../study/commands.ts';
import { stripControls } from '../study/plainText.ts';
import { checkResuming } from '../studyFile/checkResuming.ts';
import { remoteStudy } from '../studyFile/remoteStudy.ts';
import type { StudyFile } from '../studyFile/studyFile.ts';
import { ofStudy, type StatusLine } from '../text/statusLine.ts';
import type { Plugin } from './host.ts';
import { keptFiles } from './keptFiles.ts';
import { ownStudy } from './ownStudy.ts';
import { pausesTold, watchedReports } from './plugins.ts';
import { retryingLog } from './retryingLog.ts';

export interface HostedStudiesOptions {
  /** The directory of studies that requests create; without it, none are created. */
  readonly directory?: string | undefined;
  readonly lease?: number | undefined;
  /** What requests may ask for. */
  readonly atMost?: AtMost | undefined;
  readonly fsync?: JournalOptions['fsync'];
  readonly plugins?: readonly Plugin[] | undefined;
  /** Those that its server exports. */
  readonly metrics?: Metrics | undefined;
  readonly line: StatusLine['line'];
}

/** Studies in journals, which this process runs for remote trainers. */
export class HostedStudies {
  /** The same for requests. */
  readonly served: ServedStudies;
  readonly #all = new Map<string, { readonly hosted: LocalPort; readonly path: string; readonly close: () => Promise<void> }>();
  readonly #options: HostedStudiesOptions;
  /** Names of studies that are being opened. */
  readonly #opening = new Set<string>();

  constructor(options: HostedStudiesOptions) {
    this.#options = options;
    this.served = new ServedStudies({
      metrics: options.metrics,
      warn: (message) => options.line(stripControls(message), { level: 'warn' }),
      create: (name, data) => this.#creating(name, data, async (file, directory) => void (await this.host(file, directory))),
      check: (name, data) => this.#creating(name, data, async ({ space, strategy, options }) => createdOf(space, strategy, options)),
    });
  }

  /** Runs the study of a study file, in `<name>.jsonl`. @throws UserError */
  async host({ space, strategy, options }: StudyFile, directory = '.'): Promise<LocalPort> {
    const name = checkName('name', options.study);
    const path = join(directory, `${name}.jsonl`);
    const created = await begunIn(path);
    checkResuming({
      strategy: strategy?.spec ?? created?.strategy,
      resumes: options.resumes ?? created?.resumes ?? false,
    });
    if (!created) dryRun(space, strategy ?? auto(), options);
    makeFolder(directory);
    return this.#host(name, path, space, strategy, options);
  }

  /** Resumes the studies in a directory, which is made if it does not exist. It warns of each file that holds none that it can run. */
  async resumeAll(directory: string): Promise<void> {
    makeFolder(directory);
    for (const path of await journalsIn(directory, ({ message }) => this.served.warn(`skipped: ${message}`)))
      await this.#resume(path).catch(({ message }: Error) => this.served.warn(`${path}: not resumed: ${message}`));
  }

  async #resume(path: string): Promise<void> {
    const created = await createdIn(path);
    const { study } = created;
    const known = this.#all.get(study)?.path;
    if (known === undefined) await this.#host(checkName('name', study), path, spaceOf(created), undefined, { study });
    else if (resolve(known) !== resolve(path)) this.served.warn(`${path}: not resumed: the study ${study} runs from ${known}`);
  }

  /** Creates a study if possible, while no other request can create one of the same name. @throws UserError */
  async #creating<T>(name: string, data: unknown, act: (file: StudyFile, directory: string) => Promise<T>): Promise<T> {
    const { directory, atMost } = this.#options;
    if (directory === undefined)
      throw new RefusedError({ code: 'elsewhere', message: 'this server creates no studies: it was started without --folder' });
    const file = remoteStudy(checkName('name', name), data, atMost);
    if (this.#all.has(name) || this.#opening.has(name))
      throw new RefusedError({ code: 'study-exists', message: `there is a study ${name}` });
    this.#opening.add(name);
    try {
      if (await begunIn(join(directory, `${name}.jsonl`)))
        throw new RefusedError({ code: 'study-exists', message: `there is a journal of a study ${name}` });
      return await act(file, directory);
    } finally {
      this.#opening.delete(name);
    }
  }

  /** Resolves when all studies have closed. @throws what a study throws. */
  async finished(): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ hosted }) => hosted.finished));
  }

  /** Closes all studies. @throws what the first of them throws, when all have closed; the errors of others are warnings. */
  async close(): Promise<void> {
    this.served.close();
    const ends = await Promise.allSettled([...this.#all.values()].map(({ close }) => close()));
    const [first, ...others] = ends.filter((end) => end.status === 'rejected');
    for (const { reason } of others) this.served.warn((reason as Error).message);
    if (first) throw first.reason;
  }

  async #host(name: string, path: string, space: Space<Params>, strategy: Strategy | undefined, options: StudyOptions): Promise<LocalPort> {
    const { lease, atMost, fsync, line: print, plugins = [] } = this.#options;
    const line = ofStudy({ line: print }, name);
    const warn = (message: string) => line(message, { level: 'warn' });
    const book = await openJournal(path, { warn, fsync });
    const log = retryingLog(book, { place: book.place, warn });
    const observers = [...plugins, watchedReports('let the trainer report its value'), pausesTold, this.#shown];
    const at = { name, place: path, journal: path, log, files: keptFiles(trialsDirectory(stemOf(path))), line };
    const own = await ownStudy(at, space, log, { ...options, strategy, lease, atMost }, observers).catch((error: unknown) => {
      this.served.remove(name);
      throw error;
    });
    const { hosted } = own;
    hosted.finished.catch((error: Error) => warn(`ended: ${error.message}`));
    this.served.open(name).host = hosted;
    const close = async () => {
      log.leave();
      await log.settled();
      await own.close();
    };
    this.#all.set(name, { hosted, path, close });
    return hosted;
  }

  /** Its readers get each entry. */
  readonly #shown: Plugin = ({ name, place, log, files, past, submit }) => ({
    apply: this.served.host(name, processSource(place, log, submit), past, files),
  });
}

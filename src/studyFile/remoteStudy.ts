import { dryRun } from '../../streams/engine/dryRun.ts';
import { auto } from '../../streams/strategies/auto.ts';
import { isRecord } from '../schema/json.ts';
import { type AtMost, refuseNewAbove } from '../study/atMost.ts';
import { ofWorkers } from '../text/studyLayout.ts';
import { UsageError } from '../text/usage.ts';
import { parseStudy, type StudyFile } from './studyFile.ts';

/**
 * A study that another machine describes. It cannot control what a worker runs: workers run only programs of their own configuration.
 *
 * @param name of the new study.
 * @param data what a study file holds.
 * @param atMost what the server accepts.
 * @throws RefusedError for a study that is larger than that; UsageError for keys that only a worker may set; SpaceError, OptionError; what a strategy throws that does not suit the study.
 */
export function remoteStudy(name: string, data: unknown, atMost: AtMost = {}): StudyFile {
  if (!isRecord(data)) throw new UsageError('expected a study as an object, such as { "parameters": { ... } }');
  if (data.earlier !== undefined)
    throw new UsageError('earlier: a study that is created remotely cannot read journals of this machine; leave it out');
  if (typeof data.examples === 'string')
    throw new UsageError(
      `examples: a study that is created remotely cannot read a file of this machine; give the list of their names, or their number`,
    );
  const [forbidden] = ofWorkers.filter((field) => Object.hasOwn(data, field));
  if (forbidden !== undefined)
    throw new UsageError(`${forbidden}: a study that is created remotely cannot decide what workers run; leave it out`);
  if (data.name !== undefined && data.name !== name)
    throw new UsageError(`name: expected ${name}, the name in the request, got ${JSON.stringify(data.name)}`);
  const file = parseStudy(data, name);
  refuseNewAbove(atMost, file.options);
  dryRun(file.space, file.strategy ?? auto(), file.options);
  return file;
}

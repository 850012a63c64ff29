import { clientOf, submitTo } from '../../streams/http/client.ts';
import { httpLog } from '../../streams/http/httpLog.ts';
import { past } from '../../streams/log/past.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Studies } from '../study/place.ts';
import type { StudySource } from '../study/source.ts';
import type { StudyStatus } from '../study/status.ts';
import type { TrainerRow } from '../study/trainerRows.ts';
import { inform } from '../text/output.ts';

/** The studies that a server runs over HTTP. @param closing ends its requests */
export function httpPlace(address: string, token: string | undefined, closing: AbortSignal): Studies {
  const options = { token, warn: inform, closing };
  const client = clientOf(address, options, `${address}/v1/studies`);
  const states = () => client.get<readonly (StudyStatus & { readonly error?: string })[]>('');
  return {
    place: address,
    names: async () => (await states()).map(({ study }) => study),
    list: async () => (await states()).map(({ error, ...status }) => omitUndefined({ study: status.study, status, error, isRun: true })),
    open: async (name): Promise<StudySource> => {
      const study = clientOf(`${address}/${encodeURIComponent(name)}`, options);
      const log = httpLog(study, closing);
      const submit = submitTo(study);
      return {
        place: address,
        read: (from, signal) => log.read(from, signal),
        past: (from) => past(log, from),
        trainers: () => study.get<readonly TrainerRow[]>('/trainers'),
        submit: async (intent) => ({ ...(await submit(intent)), running: true }),
      };
    },
    create: async (name, study) => {
      await client.post('', { body: { ...(study as object), name } });
      return undefined;
    },
  };
}

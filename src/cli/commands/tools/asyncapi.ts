import { asyncapi } from '../../../../streams/nats/protocol/asyncapi.ts';
import { print } from '../../../text/output.ts';

/** `hypertide asyncapi` */
export async function printAsyncapi(options: { readonly prefix?: string }): Promise<number> {
  print(JSON.stringify(asyncapi(options), undefined, 2));
  return 0;
}

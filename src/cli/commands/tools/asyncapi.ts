import { asyncapi } from '../../../../streams/nats/protocol/asyncapi.ts';
import { print } from '../../terminal/output.ts';

/** `hypertide asyncapi` */
export async function printAsyncapi(): Promise<number> {
  print(JSON.stringify(asyncapi(), undefined, 2));
  return 0;
}

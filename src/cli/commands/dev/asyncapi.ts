import { asyncapi } from '../../../../streams/nats/protocol/asyncapi.ts';
import { print } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { value } from '../../parts.ts';

export const command = declare({
  description: 'Print an AsyncAPI document of all NATS messages, with a JSON Schema for each.',
  options: { prefix: value('subject', 'what the subjects of your studies begin with (default: ht)') },
  run: async ({ prefix }) => {
    print(JSON.stringify(asyncapi(prefix === undefined ? {} : { prefix }), undefined, 2));
    return 0;
  },
});

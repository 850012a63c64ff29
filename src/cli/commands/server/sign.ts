import { credentials, signerFrom } from '../../../../streams/nats/config/signers.ts';
import { secretsIn } from '../../../host/serving/secrets.ts';
import { inform } from '../../../text/output.ts';
import { readText } from '../../../text/parseData.ts';
import { declare } from '../../command.ts';
import { many, needed, positiveNumber, preset, value } from '../../parts.ts';

export const command = declare({
  description: 'Make logins of users that platform.yaml does not name, with the key of a role. Servers accept them at once.',
  arguments: {
    signer: needed('signer', 'the key, such as keys/vision/trainer.signer'),
    users: { ...many('users', 'their names'), isNeeded: true as const },
  },
  options: {
    days: value('n', 'days until the logins end (default: never)', { kind: positiveNumber }),
    output: preset('folder', 'where to write them, in a folder of their team', '.', { short: 'o' }),
  },
  run: async ({ signer: file, users = [], days, output }) => {
    const signer = signerFrom(file, await readText(file));
    const keys = secretsIn(output);
    const made = await credentials(signer, users, { keyOf: keys.read, days });
    for (const [name, text] of Object.entries(made)) keys.write(name, text.trimEnd());
    const kept = keys.kept.length > 0 ? ` (${keys.kept.join(', ')} existed already)` : '';
    inform(`${Object.keys(made).join(', ')} in ${output}: logins with the rights of ${signer.role} in ${signer.team}${kept}`);
    return 0;
  },
});

import type { Attack } from './attack.ts';
import { archiveAttacks } from './cases/archives.ts';
import { checkpointAttacks } from './cases/checkpoints.ts';
import { credentialAttacks } from './cases/credentials.ts';
import { deliveryAttacks } from './cases/deliveries.ts';
import { elsewhereAttacks } from './cases/elsewhere.ts';
import { fileAttacks } from './cases/files.ts';
import { interfaceAttacks } from './cases/interface.ts';
import { messageAttacks } from './cases/messages.ts';
import { programAttacks } from './cases/programs.ts';
import { proposerAttacks } from './cases/proposers.ts';
import { prototypeAttacks } from './cases/prototype.ts';
import { requestAttacks } from './cases/requests.ts';
import { rightsAttacks } from './cases/rights.ts';
import { sizeAttacks } from './cases/size.ts';
import { spoofingAttacks } from './cases/spoofing.ts';
import { subjectAttacks } from './cases/subject.ts';
import { terminalAttacks } from './cases/terminal.ts';

/** Every attack of the suite. */
export const attacks: readonly Attack[] = [
  ...archiveAttacks,
  ...subjectAttacks,
  ...rightsAttacks,
  ...credentialAttacks,
  ...spoofingAttacks,
  ...messageAttacks,
  ...deliveryAttacks,
  ...sizeAttacks,
  ...interfaceAttacks,
  ...requestAttacks,
  ...proposerAttacks,
  ...terminalAttacks,
  ...fileAttacks,
  ...elsewhereAttacks,
  ...programAttacks,
  ...prototypeAttacks,
  ...checkpointAttacks,
];

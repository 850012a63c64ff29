import * as h from '../../streams/index.ts';
import { noWorse } from './play.ts';

noWorse({ 'asha that pauses, bo': (max) => h.chain(h.asha({ min: 1, max, pause: true }), h.bo()) });

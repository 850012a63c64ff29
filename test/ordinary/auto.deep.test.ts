import * as h from '../../streams/index.ts';
import { noWorse } from './play.ts';

noWorse({ 'asha, auto': (max) => h.chain(h.asha({ min: 1, max }), h.auto()) });

import { noWorse, strategies } from './play.ts';

noWorse(strategies);

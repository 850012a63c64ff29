import { loadDigits, split } from '../../examples/digits/data.ts';
import type { NetworkConfig } from '../../examples/digits/network.ts';

export const digits = split(loadDigits());
export const config: NetworkConfig = { units: 16, activation: 'tanh', learningRate: 0.03, momentum: 0.5, l2: 1e-4 };

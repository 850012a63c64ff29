import { loadDigits, split } from '../../examples/digits/data.ts';
import type { NetworkConfig } from '../../examples/digits/network.ts';

export const digits = split(loadDigits());
export const config: NetworkConfig = { units: 16, activation: 'tanh', learningRate: 3e-3, l2: 1e-4 };

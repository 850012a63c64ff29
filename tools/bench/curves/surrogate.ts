import { weightsOf } from './onnx.ts';

interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}
/** Batch normalisation at inference: x a + b. */
interface Norm {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Four sums at a time, since most of a study's time is spent here. */
function linear({ weight, bias }: Layer, x: Float64Array): Float64Array {
  const out = new Float64Array(bias.length);
  for (let row = 0, at = 0; row < out.length; row++) {
    let a = bias[row]!;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i + 3 < x.length; i += 4, at += 4) {
      a += weight[at]! * x[i]!;
      b += weight[at + 1]! * x[i + 1]!;
      c += weight[at + 2]! * x[i + 2]!;
      d += weight[at + 3]! * x[i + 3]!;
    }
    for (; i < x.length; i++, at++) a += weight[at]! * x[i]!;
    out[row] = a + b + c + d;
  }
  return out;
}

const normalised = ({ a, b }: Norm, x: Float64Array): Float64Array => x.map((xi, i) => xi * a[i]! + b[i]!);

/**
 * A surrogate of YAHPO Gym: a residual network of gated blocks (Gorishniy et al., NeurIPS 2021).
 *
 * @param file its weights, as ONNX.
 * @param embeddings how many numbers stand for a value of each category.
 * @param output which of its outputs.
 * @returns the output, 0 to 1, as a function of the index of each category's value and of the other inputs, scaled as the graph scales them.
 * @throws Error if the file has not the tensors of such a network.
 */
export function surrogateOf(
  file: Uint8Array,
  embeddings: readonly number[],
  output: number,
): (categories: readonly number[], inputs: readonly number[]) => number {
  const weights = weightsOf(file);
  const weight = (name: string): Float32Array => {
    const found = weights.get(name);
    if (!found) throw new Error(`expected a tensor ${name}, got ${[...weights.keys()].join(', ')}`);
    return found;
  };
  const layer = (name: string): Layer => ({ weight: weight(`${name}.weight`), bias: weight(`${name}.bias`) });
  const norm = (name: string): Norm => {
    const variance = weight(`${name}.running_var`);
    const mean = weight(`${name}.running_mean`);
    const a = Float64Array.from(weight(`${name}.weight`), (scale, i) => scale / Math.sqrt(variance[i]! + 1e-5));
    return { a, b: Float64Array.from(weight(`${name}.bias`), (shift, i) => shift - mean[i]! * a[i]!) };
  };
  const first = layer('first_layer');
  const depth = [...weights.keys()].filter((name) => /^layers\.\d+\.norm\.weight$/.test(name)).length;
  const blocks = Array.from({ length: depth }, (_, i) => ({
    norm: norm(`layers.${i}.norm`),
    up: layer(`layers.${i}.linear0`),
    down: layer(`layers.${i}.linear1`),
  }));
  const last = norm('last_normalization');
  const width = first.bias.length;
  const head: Layer = {
    weight: weight('head.weight').subarray(output * width, (output + 1) * width),
    bias: weight('head.bias').subarray(output, output + 1),
  };
  return (categories, inputs) => {
    const embedded = categories.flatMap((value, i) => {
      const from = value * embeddings[i]!;
      return [...weight(`embds_fct.${i}.weight`).subarray(from, from + embeddings[i]!)];
    });
    let x = linear(first, Float64Array.from([...embedded, ...inputs]));
    for (const { norm, up, down } of blocks) {
      const z = linear(up, normalised(norm, x));
      const half = z.length / 2;
      const gated = z.subarray(0, half).map((zi, i) => zi * Math.max(0, z[half + i]!));
      const change = linear(down, gated);
      x = x.map((xi, i) => xi + change[i]!);
    }
    const [logit] = linear(
      head,
      normalised(last, x).map((xi) => Math.max(0, xi)),
    );
    return 1 / (1 + Math.exp(-logit!));
  };
}

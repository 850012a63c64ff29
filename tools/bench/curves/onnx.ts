// The part of protocol buffers that a file of weights needs: https://protobuf.dev/programming-guides/encoding

interface Field {
  readonly number: number;
  /** A whole number, or the bytes of a text, a message or packed numbers. */
  readonly value: number | Uint8Array;
}

/** Field numbers of the messages in onnx.proto (ONNX IR version 7). */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { dataType: 2, name: 8, raw: 9 };
const FLOAT = 1;

/**
 * The weights in an ONNX file by their names, row by row.
 *
 * @throws Error if a tensor is not stored as raw 32-bit floats.
 */
export function weightsOf(file: Uint8Array): ReadonlyMap<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const graph of messages(file, MODEL_GRAPH)) {
    for (const tensor of messages(graph, GRAPH_INITIALIZER)) {
      const fields = new Map([...fieldsOf(tensor)].map(({ number, value }) => [number, value]));
      const name = new TextDecoder().decode(fields.get(TENSOR.name) as Uint8Array);
      const raw = fields.get(TENSOR.raw);
      if (fields.get(TENSOR.dataType) !== FLOAT || !(raw instanceof Uint8Array))
        throw new Error(`${name}: expected raw 32-bit floats, got data type ${fields.get(TENSOR.dataType)}`);
      weights.set(name, new Float32Array(new Uint8Array(raw).buffer)); // a copy, since floats must be aligned and `slice` of a Buffer makes none
    }
  }
  return weights;
}

function* messages(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { number, value } of fieldsOf(bytes)) if (number === wanted && value instanceof Uint8Array) yield value;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const whole = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = whole();
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) yield { number, value: whole() };
    else if (wire === 1) yield { number, value: take(8) };
    else if (wire === 2) yield { number, value: take(whole()) };
    else if (wire === 5) yield { number, value: take(4) };
    else throw new Error(`byte ${at}: expected a wire type of 0, 1, 2 or 5, got ${wire}`);
  }
}

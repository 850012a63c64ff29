import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair } from 'yaml';

/**
 * The position to which a message refers, as an offset into the text: that of the deepest part of the path before its first colon, such as
 * `parameters.lr.low: expected ...`, that the document has. Undefined if it has no part of it.
 */
export function offsetOf(document: Document, message: string): number | undefined {
  let node: unknown = document.contents;
  let rest = message;
  let offset: number | undefined;
  for (let step = enter(document, node, rest); step; step = enter(document, node, rest)) {
    ({ node, offset } = step);
    rest = rest.slice(step.length).replace(/^\./, '');
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
  /** Of what it takes from the path. */
  readonly length: number;
}

function enter(document: Document, parent: unknown, path: string): Step | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const [pair] = (node.items as Pair[])
      .filter(({ key }) => path.startsWith(nameOf(key)) && /^[.[:]/.test(path.slice(nameOf(key).length)))
      .sort((a, b) => nameOf(b.key).length - nameOf(a.key).length); // a name may contain dots
    return pair && { node: pair.value, offset: startOf(pair.key), length: nameOf(pair.key).length };
  }
  const [index, k] = /^\[(\d+)\]/.exec(path) ?? [];
  if (!isSeq(node) || index === undefined) return undefined;
  const item = node.items[Number(k)];
  return item === undefined ? undefined : { node: item, offset: startOf(item), length: index.length };
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);

/** The version of CloudEvents that the headers of a fact follow. */
export const SPEC_VERSION = '1.0';

/** The type of a fact as a CloudEvent. The number is the version of facts, their field `v`. */
export const eventType = (fact: string): string => `hypertide.${fact}.v1`;

/** Where a fact comes from, as a URI reference: the engine of a study, or one of its trainers. */
export const eventSource = (study: string, trainer?: string): string =>
  `/studies/${study}${trainer === undefined ? '' : `/trainers/${trainer}`}`;

/**
 * The headers that make a fact a CloudEvent in binary mode, so that tools can route it without reading it. An engine ignores them: it reads only the
 * subject and the data.
 * A `content-type` would repeat with each fact, and is optional.
 *
 * @param id of the message.
 * @param source see {@link eventSource}.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md
 */
export const cloudEvent = (
  id: string,
  source: string,
  fact: { readonly type?: unknown },
): readonly (readonly [name: string, value: string])[] => [
  ['ce-specversion', SPEC_VERSION],
  ['ce-id', id],
  ['ce-source', source],
  ['ce-type', eventType(String(fact.type))],
];

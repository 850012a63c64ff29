/** A space, or parameters for it, that cannot be. The message says where, what was expected, and what came. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError';
}

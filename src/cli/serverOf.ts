/** The address of the server that a command is about: the one that it names, or, where it names a study alone, that of the environment. */
export const serverOf = ({ nats, study }: { readonly nats?: string; readonly study?: string }): string | undefined =>
  nats ?? (study === undefined ? undefined : process.env.HYPERTIDE_NATS);

/** The server of a command: the one that it names or, if it names only a study, that of the environment. */
export const serverOf = ({ nats, study }: { readonly nats?: string; readonly study?: string }): string | undefined =>
  nats ?? (study === undefined ? undefined : process.env.HYPERTIDE_NATS);

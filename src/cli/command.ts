import type { Command as Commander } from 'commander';
import type { Connection, ConnectionFlags } from '../stores/connection.ts';
import { type CommandStudy, withStudy } from '../stores/locate.ts';
import { type Given, type Part, type Parts, value } from './parts.ts';

/** What a command gets besides its arguments and options. */
export interface Around {
  readonly connection: Connection;
  /** The options that every command accepts. */
  readonly flags: ConnectionFlags;
  /** All commands, for one that lists them. */
  wholeProgram(): Promise<Commander>;
}

/** A command of the command line. Its name is in the table of commands. */
export interface Command {
  /** What it does, in one or a few sentences. */
  readonly description: string;
  readonly arguments: Parts;
  readonly options: Parts;
  /** What the words after `--` are, if it takes a program. */
  readonly program?: string;
  /** Further lines of its help. */
  readonly help?: string;
  /** @returns the exit status */
  run(given: Readonly<Record<string, unknown>>, around: Around): Promise<number>;
}

interface Described<A extends Parts, O extends Parts> {
  readonly description: string;
  readonly arguments?: A;
  readonly options?: O;
  readonly program?: string;
  readonly help?: string;
}

type None = Readonly<Record<never, never>>;
/** All that was given, besides the study. */
type All<A extends Parts, O extends Parts> = Given<A> & Given<O> & { readonly program: readonly string[] };

/**
 * A command. What `run` gets has the types of its arguments and options.
 *
 * @example
 * export const command = declare({
 *   description: 'Print a greeting.',
 *   options: { times: preset('n', 'how often', 1, { kind: wholeNumber }) },
 *   run: async ({ times }) => { print('hello '.repeat(times)); return 0; },
 * });
 */
export function declare<A extends Parts = None, O extends Parts = None>(
  described: Described<A, O> & { readonly run: (given: All<A, O>, around: Around) => Promise<number> },
): Command {
  return { arguments: {}, options: {}, ...described } as unknown as Command; // the program gives it what its parts say
}

/** The study of a command. */
export const address: Part<string | undefined> = value('study', 'its journal or address (default: the only study here)');

/** A command on one study, which is its first argument. */
export const onStudy = <A extends Parts = None, O extends Parts = None>({
  run,
  ...described
}: Described<A, O> & { readonly run: (study: CommandStudy, given: All<A, O>) => Promise<number> }): Command => ({
  options: {},
  ...described,
  arguments: { study: address, ...described.arguments },
  run: ({ study, ...given }, { connection }) =>
    withStudy(study as string | undefined, connection, (opened) => run(opened, given as unknown as All<A, O>)),
});

import { parse } from 'yaml';
import { parseUsers, type Users } from '../../server/access/users.ts';
import { readText } from '../../text/parseData.ts';
import { UsageError } from '../../text/usage.ts';

/** The users of a server, as `--users` names their file. @throws UsageError */
export async function usersIn(path: string | undefined): Promise<Users | undefined> {
  if (path === undefined) return undefined;
  const text = await readText(path);
  try {
    return parseUsers(parse(text));
  } catch (cause) {
    throw new UsageError(`${path}: ${(cause as Error).message}`);
  }
}

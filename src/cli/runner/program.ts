import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether there is a program of this name or path that may be run, as `execvp` looks for it. */
export const isProgram = (name: string, path = process.env.PATH ?? ''): boolean =>
  name.includes('/') ? isExecutable(name) : path.split(delimiter).some((directory) => isExecutable(join(directory, name)));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import ts from 'typescript';

/**
 * What an editor shows of a property in a program.
 *
 * @param file where the program would be; it does not have to exist
 * @returns the comment at the first place of a text
 */
export function editorOn(file: string, program: string, options: ts.CompilerOptions, directory: string): (at: string) => string {
  const read = (path: string) => (path === file ? program : ts.sys.readFile(path));
  const service = ts.createLanguageService({
    readFile: read,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => ts.ScriptSnapshot.fromString(read(path) ?? ''),
    getCompilationSettings: () => options,
    getCurrentDirectory: () => directory,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return (at) => ts.displayPartsToString(service.getQuickInfoAtPosition(file, program.indexOf(at))?.documentation);
}

/** A program that uses options of several kinds, for `editorOn`. */
export const usingOptions = (hypertide: string): string => `
import { asha, float, percentileStop, optimize, sgd } from '${hypertide}';
sgd({ rate: 0.1, restarts: 3 });
asha({ eta: 3, min: 1, max: 9 });
percentileStop({ warmup: 3 });
float(0, 1, { logit: true });
optimize(undefined!, undefined!, { plateau: 5 });`;

/** Where its options are, and how their comments begin. */
export const optionComments = [
  ['rate:', 'The longest first step along any parameter'],
  ['restarts:', 'How often a converged descent restarts'],
  ['eta:', 'One in `eta` configurations is promoted'],
  ['max:', 'The highest budget'],
  ['warmup:', 'No trial is stopped before this step. Default: 1.'],
  ['logit:', 'Uniform in ln(x / (1 - x))'],
  ['plateau:', 'The study ends after this many results in a row'],
] as const;

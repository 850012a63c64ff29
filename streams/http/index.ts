export { MismatchError, OptionError, StudyError, UserError } from '../../src/errors.ts';
export { RefusedError } from '../../src/study/commands.ts';
export type { Study, StudyResult } from '../study/study.ts';
export { type OpenHttpOptions, openStudy } from './openStudy.ts';

export type { Spans } from '../../streams/engine/spans.ts';
export { Metrics } from './metrics.ts';
export type { StoredSize, StudyState, WatchedStudy } from './studyState.ts';
export { spansFrom } from './tracing.ts';

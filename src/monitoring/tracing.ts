import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Spans } from '../../streams/engine/spans.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialId } from '../strategy/messages.ts';
import { version } from '../version.ts';

/** An attempt at a trial in this process. */
interface Attempt {
  readonly study: string;
  readonly trial: TrialId;
  readonly attempt: number;
  readonly run: string;
  /** The trace in its suggestion. */
  readonly traceparent: string | undefined;
}

/** Spans by OpenTelemetry: each trial is a trace. Without an SDK, they cost little and are dropped. */
export class Tracing {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer = trace.getTracer('hypertide', version)) {
    this.#tracer = tracer;
  }

  /** The spans of a study that this process decides. */
  spansOf(study: string): Spans {
    const tracer = this.#tracer;
    const trials = new Map<TrialId, { readonly span: Span; readonly context: Context }>();
    const begin = (trial: TrialId, startTime: number) => {
      const span = tracer.startSpan('hypertide.trial', { root: true, startTime, attributes: attributesOf(study, trial) });
      const traced = { span, context: trace.setSpan(ROOT_CONTEXT, span) };
      trials.set(trial, traced);
      return traced;
    };
    /** Decisions that are being stored, by attempt. Their spans end, and are then exported, once they are stored. */
    const sent = new Map<string, { readonly isFirst: boolean; readonly end: () => void }>();
    return {
      decided: ({ trial, attempt, by }, asked, fitted) => {
        const known = trials.get(trial);
        const { context } = known ?? begin(trial, fitted ?? asked);
        const attributes = { ...attributesOf(study, trial), 'hypertide.attempt': attempt, 'hypertide.by': by };
        const now = Date.now();
        const end = () => {
          if (fitted !== undefined) tracer.startSpan('hypertide.fit', { startTime: fitted, attributes }, context).end(asked);
          tracer.startSpan('hypertide.ask', { startTime: asked, attributes }, context).end(Math.max(now, asked));
        };
        sent.set(`${trial}.${attempt}`, { isFirst: known === undefined, end });
      },
      settled: ({ trial, attempt }, outcome) => {
        const decision = sent.get(`${trial}.${attempt}`);
        sent.delete(`${trial}.${attempt}`);
        if (outcome === 'stored') decision?.end();
        else if (decision?.isFirst) trials.delete(trial);
      },
      apply: ({ effect, fact, event }) => {
        if (effect !== 'ended' && effect !== 'void') return;
        const { trial } = fact as { readonly trial: TrialId };
        const { span } = trials.get(trial) ?? {};
        trials.delete(trial);
        if (event?.type === 'ended') span?.setAttribute('hypertide.outcome', event.outcome);
        if (event?.type === 'ended' && event.outcome === 'failed')
          span?.setStatus({ code: SpanStatusCode.ERROR, message: event.reason ?? '' });
        span?.end();
      },
      traceparent: (trial) => {
        const traced = trials.get(trial);
        return traced && traceparentOf(traced.span);
      },
    };
  }

  /** The span of an attempt that this process evaluates. */
  begin({ study, trial, attempt, run, traceparent }: Attempt): TrialTrace {
    const attributes = { ...attributesOf(study, trial), 'hypertide.attempt': attempt, 'hypertide.run': run };
    const span = this.#tracer.startSpan('hypertide.run', { attributes }, contextOf(traceparent));
    const context = span.spanContext();
    return {
      environment: omitUndefined({ TRACEPARENT: traceparentOf(span) }),
      id: isSpanContextValid(context) ? context.traceId : undefined,
      end: (fact: EndFact) => {
        span.setAttribute('hypertide.outcome', fact.type);
        if (fact.type === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: `${fact.reason}: ${fact.message ?? ''}` });
        span.end();
      },
    };
  }
}

const attributesOf = (study: string, trial: TrialId) => ({ 'hypertide.study': study, 'hypertide.trial': trial });

/** The context of a span in the form of W3C Trace Context; undefined without an SDK. */
function traceparentOf(span: Span): string | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return isSpanContextValid({ traceId, spanId, traceFlags }) ? `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}` : undefined;
}

/** The context from another process. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags!, 16), isRemote: true });
}

/**
 * The spans of a study, by a tracer of OpenTelemetry: each trial is a trace, with a span for each decision and each fit of a model. Pass them as the option `spans` of
 * `createStudy` or of `serve` of `hypertide/nats`.
 *
 * @param study its name, in the attribute `hypertide.study` of each span
 * @example
 * createStudy(network, { spans: spansFrom(trace.getTracer('tuning'), 'digits') });
 */
export const spansFrom = (tracer: Tracer, study: string): Spans => new Tracing(tracer).spansOf(study);

/** The trace of an attempt that this process evaluates. */
export interface TrialTrace {
  /** Variables for the program, with which its own spans join the trace. */
  readonly environment: Readonly<Record<string, string>>;
  /** The id of the trace, which lines of the log name too; undefined without an SDK. */
  readonly id: string | undefined;
  end(fact: EndFact): void;
}

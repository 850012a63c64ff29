import type { Tracing } from './tracing.ts';

/**
 * Tracing, if a variable `OTEL_...` is set. Otherwise OpenTelemetry is not loaded, which takes 20 ms.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
 */
export async function openTracing(environment: NodeJS.ProcessEnv = process.env): Promise<Tracing | undefined> {
  if (!Object.keys(environment).some((name) => name.startsWith('OTEL_'))) return undefined;
  const { Tracing } = await import('./tracing.ts');
  return new Tracing();
}

import type { Tracing, TracingOptions } from './tracing.ts';

/** Starts tracing. Loads OpenTelemetry, which reads from the environment where to send traces and which to sample. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { openTracing } = await import('./open-telemetry.ts');
  return openTracing(options);
}

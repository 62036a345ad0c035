import type { Tracing, TracingOptions } from './tracing.ts';

/** Begins to trace. Only now OpenTelemetry is loaded, which reads where to send traces, and which, from the environment. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { openTracing } = await import('./open-telemetry.ts');
  return openTracing(options);
}

import { context, DiagLogLevel, diag, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JSONExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { addCall, beginRequest } from './spans.ts';
import type { Tracing, TracingOptions } from './tracing.ts';

/** How long sending the last spans can take when the server stops, in ms. */
const flushMs = 3000;

/**
 * Sets up OpenTelemetry, which reads its other standard variables itself. Call it once per process: its context is
 * global.
 */
export function openTracing({ protocol, version, onProblem }: TracingOptions): Tracing {
  diag.setLogger(
    { error: onProblem, warn: onProblem, info: () => {}, debug: () => {}, verbose: () => {} },
    DiagLogLevel.WARN,
  );
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const exporter = protocol === 'http/json' ? new JSONExporter() : new ProtobufExporter();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'tickql', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('tickql', version);
  return {
    begin: (name, carrier, attributes) => beginRequest(tracer, name, carrier, attributes),
    recordCall: (exchange, outcome, durationMs) => addCall(tracer, exchange, outcome, durationMs),
    stop: async () => {
      // An unreachable collector must not keep the server from stopping.
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, flushMs);
      });
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
      contexts.disable();
    },
  };
}

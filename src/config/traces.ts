import { ConfigError } from './config-error.ts';

const protocols = ['http/protobuf', 'http/json'] as const;

export type TracesProtocol = (typeof protocols)[number];

/**
 * The protocol for sending traces; null if tracing is off. Tracing is on if an endpoint or an exporter is set, unless the
 * exporter is `none` or OpenTelemetry is disabled.
 */
export function readTracesProtocol(env: Readonly<Record<string, string | undefined>>): TracesProtocol | null {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = '' } = env;
  const isWanted = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || exporter;
  if (!isWanted || exporter === 'none' || disabled?.toLowerCase() === 'true') return null;
  if (exporter !== '' && exporter !== 'otlp') {
    throw new ConfigError(`OTEL_TRACES_EXPORTER is ${JSON.stringify(exporter)}; it must be otlp or none.`);
  }
  const own = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const name = env[own] ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const given = env[name] || 'http/protobuf';
  const protocol = protocols.find((known) => known === given);
  if (protocol) return protocol;
  throw new ConfigError(`${name} is ${JSON.stringify(given)}; it must be ${protocols.join(' or ')}.`);
}

import type { Registry } from 'prom-client';
import type { Recorder } from './recorder.ts';
import { addCounter, addGauge } from './registration.ts';
import type { MetricSources } from './sources.ts';

/** Adds the metrics of requests, sockets, documents and caches. */
export function addServerMetrics(registry: Registry, recorder: Recorder, sources: MetricSources): void {
  const { open, deliveries, answers, memory, candleTextBytes, droppedLogLines } = sources;
  addCounter(registry, {
    name: 'tickql_requests_total',
    help: 'Operations that were answered, and subscriptions that started, by root field and code of the first error.',
    labelNames: ['transport', 'operation', 'code'],
    read: function* () {
      for (const [transport, operation, code, value] of recorder.requests.entries()) {
        yield { labels: [transport, operation, code], value };
      }
    },
  });
  addCounter(registry, {
    name: 'tickql_http_requests_total',
    help: 'Requests over HTTP by the path of their route; other for a path that does not exist.',
    labelNames: ['route'],
    read: function* () {
      for (const [route, , , value] of recorder.routes.entries()) yield { labels: [route], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_declined_answers_total',
    help: 'Requests that the answer service did not answer, by reason.',
    labelNames: ['reason'],
    read: function* () {
      for (const [reason, , , value] of recorder.declined.entries()) yield { labels: [reason], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_internal_errors_total',
    help: 'Internal errors of this server, in answers and in events of subscriptions. The log contains the causes.',
    read: () => recorder.internalErrors,
  });
  addGauge(registry, {
    name: 'tickql_sockets',
    help: 'Open WebSockets.',
    read: () => open().sockets,
  });
  addGauge(registry, {
    name: 'tickql_subscriptions',
    help: 'Open subscriptions over WebSockets and server-sent events.',
    read: () => open().subscriptions,
  });
  addGauge(registry, {
    name: 'tickql_operations',
    help: 'Open operations over WebSockets and server-sent events.',
    read: () => open().operations,
  });
  addCounter(registry, {
    name: 'tickql_socket_closes_total',
    help: 'Closed WebSockets by close code, including rejected ones.',
    labelNames: ['code'],
    read: function* () {
      for (const [code, , , value] of recorder.socketCloses.entries()) yield { labels: [code], value };
    },
  });
  addGauge(registry, {
    name: 'tickql_groups',
    help: 'Groups of identical subscriptions. Each group is executed once per event.',
    read: () => open().groups,
  });
  addCounter(registry, {
    name: 'tickql_messages_total',
    help: 'Messages of subscriptions written to WebSockets and event streams.',
    read: () => deliveries().messages,
  });
  addCounter(registry, {
    name: 'tickql_conflated_messages_total',
    help: 'Messages that were replaced by newer ones while the buffer of their connection was full.',
    read: () => deliveries().conflated,
  });
  addCounter(registry, {
    name: 'tickql_unchanged_messages_total',
    help: 'Messages that were not sent because the selected fields have the same values as in the message before.',
    read: () => deliveries().unchanged,
  });
  addCounter(registry, {
    name: 'tickql_slow_consumers_total',
    help: 'Subscriptions that were ended because the client was too slow to receive every message.',
    read: () => deliveries().slowConsumers,
  });
  addGauge(registry, {
    name: 'tickql_document_bytes',
    help: 'Estimated memory of documents: kept (sent at least twice), new (sent once) and open (of open subscriptions, including the data of these subscriptions).',
    labelNames: ['state'],
    read: () => {
      const { kept, new: newBytes, open } = memory();
      return [
        { labels: ['kept'], value: kept },
        { labels: ['new'], value: newBytes },
        { labels: ['open'], value: open },
      ];
    },
  });
  addGauge(registry, {
    name: 'tickql_candle_text_bytes',
    help: 'Memory of the JSON that is kept of settled candles.',
    read: candleTextBytes,
  });
  addCounter(registry, {
    name: 'tickql_cache_requests_total',
    help: 'Cache lookups. A hit needed no call to an exchange; a hit in the cache of answers needed no execution.',
    labelNames: ['cache', 'result'],
    read: function* () {
      yield { labels: ['answers', 'hit'], value: answers().hits };
      yield { labels: ['answers', 'miss'], value: answers().misses };
      for (const [cache, result, , value] of recorder.lookups.entries()) yield { labels: [cache, result], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_cache_renewals_total',
    help: 'Values that were renewed while the old one still answered, because they are requested again and again.',
    labelNames: ['cache'],
    read: function* () {
      for (const [cache, , , value] of recorder.renewals.entries()) yield { labels: [cache], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_log_lines_dropped_total',
    help: 'Log lines that were dropped because nothing read the log for too long.',
    read: droppedLogLines,
  });
}

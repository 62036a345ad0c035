import type { Registry } from 'prom-client';
import type { Recorder } from './recorder.ts';
import { addCounter, addGauge } from './registration.ts';
import type { MetricSources } from './sources.ts';

/** Adds the metrics of requests, sockets and caches. */
export function addServerMetrics(registry: Registry, recorder: Recorder, sources: MetricSources): void {
  const { live, deliveries, answers, memory, droppedLogLines } = sources;
  addCounter(registry, {
    name: 'tickql_requests_total',
    help: 'Operations answered, or begun if they are subscriptions, by the field that they ask for and the code of their first error.',
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
    help: 'Requests to the GraphQL address that the fast path left to the complete GraphQL pipeline, by reason.',
    labelNames: ['reason'],
    read: function* () {
      for (const [reason, , , value] of recorder.declined.entries()) yield { labels: [reason], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_internal_errors_total',
    help: "This server's own errors, in answers and in events of subscriptions; the log has their causes.",
    read: () => recorder.internalErrors,
  });
  addGauge(registry, {
    name: 'tickql_sockets',
    help: 'Open WebSockets.',
    read: () => live().sockets,
  });
  addGauge(registry, {
    name: 'tickql_subscriptions',
    help: 'Open subscriptions over WebSockets.',
    read: () => live().subscriptions,
  });
  addGauge(registry, {
    name: 'tickql_operations',
    help: 'Open operations, over WebSockets and as server-sent events.',
    read: () => live().operations,
  });
  addCounter(registry, {
    name: 'tickql_socket_closes_total',
    help: 'WebSockets that have closed, including those that were refused, by close code.',
    labelNames: ['code'],
    read: function* () {
      for (const [code, , , value] of recorder.socketCloses.entries()) yield { labels: [code], value };
    },
  });
  addGauge(registry, {
    name: 'tickql_groups',
    help: 'Groups of identical subscriptions; each group executes an event once.',
    read: () => live().groups,
  });
  addCounter(registry, {
    name: 'tickql_messages_total',
    help: 'Messages of subscriptions written to WebSockets.',
    read: () => deliveries().messages,
  });
  addCounter(registry, {
    name: 'tickql_conflated_messages_total',
    help: 'Messages left out because a newer one came before a full socket had room.',
    read: () => deliveries().conflated,
  });
  addCounter(registry, {
    name: 'tickql_slow_consumers_total',
    help: 'Subscriptions ended because their client read more slowly than data arrived.',
    read: () => deliveries().slowConsumers,
  });
  addGauge(registry, {
    name: 'tickql_document_bytes',
    help: 'Estimated memory of documents: kept (came twice), new (came once), and open (of open subscriptions, with all else that these keep).',
    labelNames: ['state'],
    read: () => {
      const { kept, new: fresh, open } = memory();
      return [
        { labels: ['kept'], value: kept },
        { labels: ['new'], value: fresh },
        { labels: ['open'], value: open },
      ];
    },
  });
  addCounter(registry, {
    name: 'tickql_cache_requests_total',
    help: 'Look-ups in caches. A hit needed no call to an exchange, and a hit in answers no execution.',
    labelNames: ['cache', 'result'],
    read: function* () {
      yield { labels: ['answers', 'hit'], value: answers().hits };
      yield { labels: ['answers', 'miss'], value: answers().misses };
      for (const [cache, result, , value] of recorder.lookups.entries()) yield { labels: [cache, result], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_log_lines_dropped_total',
    help: 'Log lines that were dropped because nothing read the log for too long.',
    read: droppedLogLines,
  });
}

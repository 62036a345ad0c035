import type { Registry } from 'prom-client';
import type { Recorder } from './recorder.ts';
import { addCounter, addGauge } from './registration.ts';
import type { MetricSources } from './sources.ts';

/** Adds what there is to know of requests, sockets and caches. */
export function addServerMetrics(registry: Registry, recorder: Recorder, sources: MetricSources): void {
  const { live, tally, answers, memory, droppedLogLines } = sources;
  addCounter(registry, {
    name: 'tickql_requests_total',
    help: 'Operations answered, or taken up where they are subscriptions, by the field they ask for and the code of their first error.',
    labelNames: ['transport', 'operation', 'code'],
    read: function* () {
      for (const [transport, operation, code, value] of recorder.requests.entries()) {
        yield { labels: [transport, operation, code], value };
      }
    },
  });
  addCounter(registry, {
    name: 'tickql_internal_errors_total',
    help: "Errors of the server's own, in answers and in events of subscriptions; the log has their causes.",
    read: () => recorder.internalErrors,
  });
  addGauge(registry, {
    name: 'tickql_sockets',
    help: 'WebSockets that are open.',
    read: () => live().sockets,
  });
  addGauge(registry, {
    name: 'tickql_subscriptions',
    help: 'Subscriptions over WebSockets.',
    read: () => live().subscriptions,
  });
  addGauge(registry, {
    name: 'tickql_operations',
    help: 'Operations that are open over WebSockets and as server-sent events.',
    read: () => live().operations,
  });
  addCounter(registry, {
    name: 'tickql_socket_closes_total',
    help: 'WebSockets that have closed, by their close code; those that were refused among them.',
    labelNames: ['code'],
    read: function* () {
      for (const [code, , , value] of recorder.socketCloses.entries()) yield { labels: [code], value };
    },
  });
  addGauge(registry, {
    name: 'tickql_groups',
    help: 'Groups of subscriptions that are the same: each is executed once for an event.',
    read: () => live().groups,
  });
  addCounter(registry, {
    name: 'tickql_messages_total',
    help: 'Messages of subscriptions written to WebSockets.',
    read: () => tally().messages,
  });
  addCounter(registry, {
    name: 'tickql_conflated_messages_total',
    help: 'Messages left out since a newer one came before their full socket had room.',
    read: () => tally().conflated,
  });
  addCounter(registry, {
    name: 'tickql_slow_consumers_total',
    help: 'Subscriptions ended since their socket took less than they must be told.',
    read: () => tally().slowConsumers,
  });
  addGauge(registry, {
    name: 'tickql_document_bytes',
    help: 'Estimated memory of documents: kept since they came twice, new, and those of open subscriptions with what these keep.',
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
    help: 'Look-ups in caches: a hit needed no call to an exchange, and one of answers no execution.',
    labelNames: ['cache', 'result'],
    read: function* () {
      yield { labels: ['answers', 'hit'], value: answers.hits };
      yield { labels: ['answers', 'miss'], value: answers.misses };
      for (const [cache, result, , value] of recorder.lookups.entries()) yield { labels: [cache, result], value };
    },
  });
  addCounter(registry, {
    name: 'tickql_log_lines_dropped_total',
    help: 'Lines of the log that were dropped because nothing read it for too long.',
    read: droppedLogLines,
  });
}

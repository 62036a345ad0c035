import { readdirSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from './registration.ts';
import { readVersion } from './version.ts';

/**
 * Adds what there is to know of the process, by the names of Prometheus' own clients: those of prom-client come all
 * together, with an observer of the collector that nothing stops.
 */
export function addProcessMetrics(registry: Registry): void {
  const version = readVersion();
  const startedAt = Date.now() / 1000 - process.uptime();
  addGauge(registry, {
    name: 'tickql_build_info',
    help: 'The version of TickQL and of Node; always 1.',
    labelNames: ['version', 'node'],
    read: () => [{ labels: [version, process.version], value: 1 }],
  });
  addCounter(registry, {
    name: 'process_cpu_user_seconds_total',
    help: 'Processor time spent in this program, in seconds.',
    read: () => process.cpuUsage().user / 1e6,
  });
  addCounter(registry, {
    name: 'process_cpu_system_seconds_total',
    help: 'Processor time spent in the system for this program, in seconds.',
    read: () => process.cpuUsage().system / 1e6,
  });
  addGauge(registry, {
    name: 'process_start_time_seconds',
    help: 'When the process began, in seconds since the epoch.',
    read: () => startedAt,
  });
  addGauge(registry, {
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process takes.',
    read: () => process.memoryUsage.rss(),
  });
  addGauge(registry, {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory that objects take.',
    read: () => process.memoryUsage().heapUsed,
  });
  addGauge(registry, {
    name: 'nodejs_external_memory_bytes',
    help: 'Memory that buffers take outside the heap.',
    read: () => process.memoryUsage().external,
  });
  addGauge(registry, {
    name: 'nodejs_active_resources_total',
    help: 'Sockets, timers and whatever else keeps the process alive.',
    read: () => process.getActiveResourcesInfo().length,
  });
  if (process.platform === 'linux') {
    addGauge(registry, {
      name: 'process_open_fds',
      help: 'Open files and sockets.',
      // One of them is the folder that is being read.
      read: () => readdirSync('/proc/self/fd').length - 1,
    });
  }
}

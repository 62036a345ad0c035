import { readdirSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from './registration.ts';
import { readVersion } from './version.ts';

/**
 * Adds the metrics of the process, with the standard names of Prometheus clients. The default metrics of prom-client can
 * only be added all together, and include an observer of the garbage collector that cannot be stopped.
 */
export function addProcessMetrics(registry: Registry): void {
  const version = readVersion();
  const startedAt = Date.now() / 1000 - process.uptime();
  addGauge(registry, {
    name: 'tickql_build_info',
    help: 'The versions of TickQL and Node as labels; always 1.',
    labelNames: ['version', 'node'],
    read: () => [{ labels: [version, process.version], value: 1 }],
  });
  addCounter(registry, {
    name: 'process_cpu_user_seconds_total',
    help: 'User CPU time of the process, in seconds.',
    read: () => process.cpuUsage().user / 1e6,
  });
  addCounter(registry, {
    name: 'process_cpu_system_seconds_total',
    help: 'System CPU time of the process, in seconds.',
    read: () => process.cpuUsage().system / 1e6,
  });
  addGauge(registry, {
    name: 'process_start_time_seconds',
    help: 'Start time of the process, in seconds since the epoch.',
    read: () => startedAt,
  });
  addGauge(registry, {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process, in bytes.',
    read: () => process.memoryUsage.rss(),
  });
  addGauge(registry, {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Used heap memory, in bytes.',
    read: () => process.memoryUsage().heapUsed,
  });
  addGauge(registry, {
    name: 'nodejs_external_memory_bytes',
    help: 'Memory outside the heap, such as buffers, in bytes.',
    read: () => process.memoryUsage().external,
  });
  addGauge(registry, {
    name: 'nodejs_active_resources_total',
    help: 'Sockets, timers and other resources that keep the process alive.',
    read: () => process.getActiveResourcesInfo().length,
  });
  if (process.platform === 'linux') {
    addGauge(registry, {
      name: 'process_open_fds',
      help: 'Open file descriptors: files and sockets.',
      // One of them belongs to reading this folder.
      read: () => readdirSync('/proc/self/fd').length - 1,
    });
  }
}

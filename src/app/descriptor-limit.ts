import { readFileSync } from 'node:fs';
import { isOutOfDescriptors } from '../base/file-descriptors.ts';
import type { ThrottledLog } from '../base/throttled-log.ts';

/** The maximum number of open files and sockets of this process; null if the system does not report it. */
export function readDescriptorLimit(file = '/proc/self/limits'): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync(file, 'utf8')) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/**
 * The maximum number of connections of clients. The rest, half of the limit but at most 1024, is reserved, mainly for
 * exchanges.
 */
export function toMaxConnections(descriptorLimit: number): number {
  return descriptorLimit - Math.min(1024, Math.ceil(descriptorLimit / 2));
}

/** Logs, once a minute, that the process is out of file descriptors, and how to change that. */
export interface DescriptorLog {
  /** Reports an error of any kind; returns true if it was caused by a lack of descriptors. */
  onError(error: unknown): boolean;
  /** Reports that a client's connection was refused. */
  onRefusal(): void;
}

/** `limit` is the process's limit of file descriptors; null if unknown. */
export function createDescriptorLog(log: Pick<ThrottledLog, 'write'>, limit: number | null): DescriptorLog {
  const fields = { code: 'EMFILE', limit };
  const advice = raiseAdvice(limit);
  return {
    onError: (error) => {
      if (!isOutOfDescriptors(error)) return false;
      const effect =
        'This server is out of file descriptors and cannot open connections, neither to clients nor to exchanges.';
      log.write('error', 'descriptors', fields, `${effect} ${advice}`);
      return true;
    },
    onRefusal: () => {
      const effect = 'Connections of clients are refused, because this server would run out of file descriptors.';
      log.write('error', 'refused connections', fields, `${effect} ${advice}`);
    },
  };
}

/** A warning if the process cannot have as many connections as MAX_SOCKETS; null if it can. */
export function toLimitWarning(limit: number | null, maxSockets: number): string | null {
  if (limit === null || toMaxConnections(limit) >= maxSockets) return null;
  const max = toMaxConnections(limit);
  return `This server has file descriptors for only ${max} connections, fewer than MAX_SOCKETS (${maxSockets}). ${raiseAdvice(limit)}`;
}

function raiseAdvice(limit: number | null): string {
  const current = limit === null ? '' : `, now ${limit}`;
  return `Raise the limit of file descriptors${current} (ulimit -n, LimitNOFILE of systemd, ulimits of Docker).`;
}

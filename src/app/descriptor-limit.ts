import { readFileSync } from 'node:fs';
import { isOutOfDescriptors } from '../base/file-descriptors.ts';
import type { ThrottledLog } from '../base/throttled-log.ts';

/** How many files and sockets the process may have open at a time; null where the system does not say. */
export function readDescriptorLimit(file = '/proc/self/limits'): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync(file, 'utf8')) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/** How many of them clients may have, so that exchanges can be asked whatever clients do: all but half, or 1024. */
export function toMaxConnections(descriptorLimit: number): number {
  return descriptorLimit - Math.min(1024, Math.ceil(descriptorLimit / 2));
}

/** Logs once a minute that file descriptors run out, and what to do about it. */
export interface DescriptorLog {
  /** Something failed, for whatever reason; true when it was for want of descriptors. */
  onError(error: unknown): boolean;
  /** A client's connection was refused. */
  onRefusal(): void;
}

/** `limit` is how many the process may have; null where nobody knows. */
export function createDescriptorLog(log: Pick<ThrottledLog, 'write'>, limit: number | null): DescriptorLog {
  const fields = { code: 'EMFILE', limit };
  const advice = raiseAdvice(limit);
  return {
    onError: (error) => {
      if (!isOutOfDescriptors(error)) return false;
      const effect = 'This server is out of file descriptors, so that it cannot open connections, to exchanges either.';
      log.write('error', 'descriptors', fields, `${effect} ${advice}`);
      return true;
    },
    onRefusal: () => {
      const effect = 'Connections of clients are refused, since this server would run out of file descriptors.';
      log.write('error', 'refused connections', fields, `${effect} ${advice}`);
    },
  };
}

/** The warning for a process that may have fewer connections than MAX_SOCKETS; null where it may have as many. */
export function toLimitWarning(limit: number | null, maxSockets: number): string | null {
  if (limit === null || toMaxConnections(limit) >= maxSockets) return null;
  const most = toMaxConnections(limit);
  return `This server takes ${most} connections at a time, fewer than MAX_SOCKETS (${maxSockets}), for want of file descriptors. ${raiseAdvice(limit)}`;
}

function raiseAdvice(limit: number | null): string {
  const now = limit === null ? '' : `; it is ${limit} now`;
  return `Raise how many it may have (ulimit -n, LimitNOFILE of systemd, ulimits of Docker${now}).`;
}

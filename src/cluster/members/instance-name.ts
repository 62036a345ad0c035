import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A name that no other instance has, not even this server after a restart. It begins with the name of the machine. */
export function createInstanceName(): string {
  const host =
    hostname()
      .replace(/[^A-Za-z0-9.-]/g, '-')
      .slice(0, 40) || 'server';
  return `${host}-${randomBytes(4).toString('hex')}`;
}

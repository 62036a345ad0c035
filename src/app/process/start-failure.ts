import { isOutOfDescriptors } from '../../base/file-descriptors.ts';
import { ConfigError } from '../../config/config-error.ts';
import { readDescriptorLimit } from '../descriptor-limit.ts';

/** Why the app cannot start, in a sentence that says what to change; an unexpected error with its stack. */
export function explainStartFailure(error: unknown): string {
  return describeStartFailure(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** The same; null for an unexpected error. */
export function describeStartFailure(error: unknown): string | null {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (isOutOfDescriptors(error)) {
    return `The limit of file descriptors (${readDescriptorLimit() ?? 'EMFILE'}) is too low: raise ulimit -n, or LimitNOFILE of systemd.`;
  }
  if (error.code === 'EADDRINUSE') return 'PORT is in use by another program; set it to a free port.';
  if (error.code === 'EACCES') return 'This user may not use PORT; set it to a port above 1023.';
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL' || error.code === 'EAI_AGAIN') {
    return 'HOST is not an address of this machine; set it to 127.0.0.1 or 0.0.0.0, for example.';
  }
  return null;
}

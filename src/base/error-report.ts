import type { ThrottledLog } from './throttled-log.ts';

/**
 * Reports errors that clients see only in masked form. Calls `onError` for every error, but logs the same error (same
 * message, thrown at the same place) at most once a minute.
 */
export function createErrorReport(throttled: ThrottledLog, onError: () => void = () => {}): (error: unknown) => void {
  return (error) => {
    onError();
    const message = 'an unexpected error was masked; please report it together with this log entry';
    throttled.write('error', toKey(error), { err: error }, message);
  };
}

function toKey(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const [frame = ''] = /^\s+at .*$/m.exec(error.stack ?? '') ?? [];
  return `${error.name} ${error.message.slice(0, 200)} ${frame}`;
}

import { hasDescriptors, isOutOfDescriptors } from '../../base/file-descriptors.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * This server could not open a connection or a file because it has no file descriptors left. That says nothing about
 * the exchange.
 */
export class DescriptorsError extends ccxtErrors.NetworkError {
  override readonly name = 'DescriptorsError';
}

/**
 * Explains why something could not be opened: the error itself, or a DescriptorsError. A name lookup does not report
 * that it could not open a socket (EAI_AGAIN, ENOTFOUND).
 */
export function toOpeningError(error: unknown): unknown {
  const isLookUp = error instanceof Error && 'syscall' in error && error.syscall === 'getaddrinfo';
  if (!isOutOfDescriptors(error) && !(isLookUp && !hasDescriptors(1))) return error;
  return error instanceof DescriptorsError ? error : new DescriptorsError(String(error));
}

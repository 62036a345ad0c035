import { hasDescriptors, isOutOfDescriptors } from '../../base/file-descriptors.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * This server could not open a connection or a file, since it has no file descriptor left. That says nothing of the
 * exchange.
 */
export class DescriptorsError extends ccxtErrors.NetworkError {
  override readonly name = 'DescriptorsError';
}

/**
 * Why something could not be opened: the error, or a DescriptorsError. The look-up of a name does not say that it could
 * open no socket (EAI_AGAIN, ENOTFOUND).
 */
export function toOpeningError(error: unknown): unknown {
  const isLookUp = error instanceof Error && 'syscall' in error && error.syscall === 'getaddrinfo';
  if (!isOutOfDescriptors(error) && !(isLookUp && !hasDescriptors(1))) return error;
  return error instanceof DescriptorsError ? error : new DescriptorsError(String(error));
}

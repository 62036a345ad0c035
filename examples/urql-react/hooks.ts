import { useEffect, useState } from 'react';
import type { CombinedError } from 'urql';
import { client } from '../client';

/** Whether the WebSocket is open: while it is not, what the page shows is old. */
export function useConnected() {
  const [isConnected, setConnected] = useState(false);
  useEffect(() => client.on('connected', () => setConnected(true)), []);
  useEffect(() => client.on('closed', () => setConnected(false)), []);
  return isConnected;
}

/** While there is an error that may pass, asks again every five seconds. */
export function useRetry(error: CombinedError | undefined, again: () => void) {
  const isFinal = !error?.networkError && error?.graphQLErrors.every(({ extensions }) => !extensions.retryable);
  useEffect(() => {
    const timer = error && !isFinal ? setInterval(again, 5000) : undefined;
    return () => clearInterval(timer);
  }, [error, isFinal, again]);
}

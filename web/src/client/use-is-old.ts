import { useState } from 'react';
import { useStore } from '../base/store.ts';
import { useServices } from './services.ts';

/**
 * Whether a live value is old: while the WebSocket is lost, and after that until another value arrives in its place. The
 * value is compared by identity, because the first event after a loss can say the same again.
 */
export function useIsOld(value: object | null): boolean {
  const isLost = useStore(useServices().connection.state).kind === 'lost';
  const [before, setBefore] = useState<object | null>(null);
  const next = isLost ? value : before;
  if (next !== before) setBefore(next);
  return isLost || (value !== null && value === before);
}

import { useEffect, useReducer } from 'react';

/** Renders again each second, for ages. Returns the time in epoch ms by the given clock. */
export function useNow(now: () => number): number {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(renderAgain, 1000);
    return () => clearInterval(timer);
  }, []);
  return now();
}

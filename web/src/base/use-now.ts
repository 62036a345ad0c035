import { useEffect, useState } from 'react';

/** Renders again each second, for ages. Returns the time in epoch ms by the given clock. */
export function useNow(now: () => number): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return time;
}

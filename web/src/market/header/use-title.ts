import { useEffect, useRef } from 'react';
import { Pace } from '../../base/pace.ts';

const intervalMs = 1_000;

/** Sets the title of the page, at most once a second. */
export function useTitle(title: string): void {
  const pace = useRef<Pace<string> | null>(null);
  useEffect(() => {
    pace.current = new Pace<string>(intervalMs, (text) => {
      document.title = text;
    });
    return () => pace.current?.stop();
  }, []);
  useEffect(() => pace.current?.push(title), [title]);
}

import { useSyncExternalStore } from 'react';

/** Something that depends on the time. The component renders again when, at a full second, it is something else. */
export function useTimed<T extends string | number>(read: () => T): T {
  return useSyncExternalStore(onSecond, read);
}

/** All listeners are called in the same moment, so that the browser draws once for all of them. */
function onSecond(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        listener();
        wait();
      },
      1000 - (Date.now() % 1000),
    );
  };
  wait();
  return () => clearTimeout(timer);
}

/** What the parent of a bench server asks of it. */
export type Command =
  | { readonly type: 'memory' }
  | { readonly type: 'begin'; readonly ticks: number; readonly intervalMs: number }
  | { readonly type: 'end' };

/** What a bench server answers. */
export type Report =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'memory'; readonly rss: number }
  | { readonly type: 'ticked' }
  | { readonly type: 'ended'; readonly cpuMicros: number };

/** How long a bench server lives at most, in ms. */
const lifetimeMs = 300_000;

/** Lets the parent process drive a server: it ticks on command and tells its CPU time and memory. */
export function drive(port: number, tick: () => void): void {
  let before = process.cpuUsage();
  const send = (report: Report): void => {
    process.send?.(report);
  };
  process.on('message', (command: Command) => {
    if (command.type === 'memory') {
      // What the first collection makes free of what others hold, the second takes.
      globalThis.gc?.();
      globalThis.gc?.();
      send({ type: 'memory', rss: process.memoryUsage.rss() });
    } else if (command.type === 'begin') {
      before = process.cpuUsage();
      let left = command.ticks;
      const timer = setInterval(() => {
        tick();
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        send({ type: 'ticked' });
      }, command.intervalMs);
    } else {
      const { user, system } = process.cpuUsage(before);
      send({ type: 'ended', cpuMicros: user + system });
    }
  });
  process.on('disconnect', () => process.exit());
  setTimeout(() => process.exit(1), lifetimeMs).unref();
  send({ type: 'ready', port });
}

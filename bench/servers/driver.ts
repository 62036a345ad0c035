/** Commands from the parent process. */
export type Command =
  | { readonly type: 'memory' }
  | { readonly type: 'begin'; readonly ticks: number; readonly intervalMs: number }
  | { readonly type: 'end' };

/** Reports to the parent process. */
export type Report =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'memory'; readonly rss: number }
  | { readonly type: 'ticked' }
  | { readonly type: 'ended'; readonly cpuMicros: number };

/** Maximum lifetime of a bench server, in ms. */
const lifetimeMs = 300_000;

/** Lets the parent process control a server: it ticks on command, and reports CPU time and memory. */
export function drive(port: number, tick: () => void): void {
  let before = process.cpuUsage();
  const send = (report: Report): void => {
    process.send?.(report);
  };
  process.on('message', (command: Command) => {
    if (command.type === 'memory') {
      // Twice, because the second collection frees what the first made unreachable.
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

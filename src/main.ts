import { createApp } from './app.ts';
import { ConfigError, loadConfig } from './config.ts';
import { readCatalogue } from './exchange/catalogue.ts';
import { createLog } from './log.ts';
import { graphqlPath } from './server/paths.ts';

const local: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost']);

async function main(): Promise<void> {
  const config = loadConfig(
    process.env,
    readCatalogue().map(({ id }) => id),
  );
  const log = await createLog(config.logLevel);
  const app = createApp({ config, log });
  const port = await app.start();

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // On Ctrl-C npm passes on what the terminal has sent already, and a signal without a listener would end us here.
    if (stopping) return;
    stopping = true;
    log.info(`${signal}: stopping`);
    app.stop().then(exitSoon, (err: unknown) => {
      log.fatal({ err }, 'could not stop');
      process.exitCode = 1;
      exitSoon();
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const host = local.has(config.host) ? 'localhost' : config.host.includes(':') ? `[${config.host}]` : config.host;
  const address = `${host}:${port}${graphqlPath}`;
  log.info(`TickQL is ready. GraphiQL: http://${address}  WebSocket: ws://${address}`);
}

/**
 * With nothing open the process ends by itself. process.exit() is only the second choice: Node 20 can hang in it while
 * it compiles something in the background (nodejs/node#54918).
 */
function exitSoon(): void {
  setTimeout(() => process.exit(), 2000).unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`TickQL cannot start. ${toSentence(error)}\n`);
  process.exitCode = 1;
});

function toSentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'EADDRINUSE') return 'PORT is in use by another program; set PORT to a free one.';
    if (error.code === 'EACCES') return 'PORT may not be used by this user; set PORT to one above 1023.';
    if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL' || error.code === 'EAI_AGAIN') {
      return 'HOST is no address of this machine; set it to one, 127.0.0.1 or 0.0.0.0 for example.';
    }
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

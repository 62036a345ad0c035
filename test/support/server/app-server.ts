import type { LevelWithSilent } from 'pino';
import type { App } from '../../../src/app/app.ts';
import { type CreateAppOptions, createApp } from '../../../src/app/create-app.ts';
import { loadCluster } from '../../../src/app/wire-cluster.ts';
import { type Config, loadConfig } from '../../../src/config/load-config.ts';
import { readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import type { Venue } from '../../venues/venue.ts';
import { CapturedLog } from './captured-log.ts';
import { createRequests, type RunningServer } from './running-server.ts';

/** The whole app in this process. */
export interface AppServer extends RunningServer {
  readonly app: App;
  readonly log: CapturedLog;
  /** The text that Prometheus would read. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
}

export interface AppServerOptions extends Partial<Omit<CreateAppOptions, 'config' | 'log'>> {
  /** Settings that differ from the defaults. Unlike with the defaults, nothing lingers and stopping does not wait. */
  readonly config?: Partial<Config>;
  /** Stand-ins by the id of their exchange. The app connects to them instead of the exchange, without a rate limit. */
  readonly venues?: Readonly<Record<string, Pick<Venue, 'exchangeConfig'>>>;
  /** Lines at this level and above are captured; none by default. */
  readonly logLevel?: LevelWithSilent;
}

/** The defaults of the settings, on a free port; nothing lingers and stopping does not wait. */
export function toTestConfig(config: Partial<Config> = {}): Config {
  const ids = readCatalogue().map(({ id }) => id);
  return { ...loadConfig({}, ids), port: 0, lingerMs: 0, shutdownDelayMs: 0, ...config };
}

export async function startAppServer(options: AppServerOptions): Promise<AppServer> {
  const { config = {}, venues = {}, logLevel = 'silent', ...others } = options;
  const log = new CapturedLog(logLevel);
  const standIns = Object.entries(venues).map(([id, venue]) => [id, { ...venue.exchangeConfig, rateLimit: 1 }]);
  const exchangeOptions = { ...Object.fromEntries(standIns), ...config.exchangeOptions };
  const whole = toTestConfig({ ...config, exchangeOptions });
  const app = createApp({ config: whole, log: log.logger, openCluster: await loadCluster(whole), ...others });
  const requests = createRequests(await app.start());
  const stop = (): Promise<void> => app.stop();
  return {
    ...requests,
    app,
    log,
    scrape: async () => (await fetch(`${requests.origin}/metrics`)).text(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

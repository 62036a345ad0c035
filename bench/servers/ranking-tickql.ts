import { pino } from 'pino';
import { createApp } from '../../src/app/create-app.ts';
import { setV8Flags } from '../../src/app/v8-flags.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { drive } from './query-driver.ts';

// The whole server with its default settings, except for the port. The argument has ccxt's options of binance.

// As in app/process/run.ts.
setV8Flags();
const exchangeOptions = { binance: JSON.parse(process.argv[2] ?? '{}') };
const config = { ...loadConfig({}, ['binance']), port: 0, exchangeOptions };
drive(await createApp({ config, log: pino({ level: 'silent' }) }).start());

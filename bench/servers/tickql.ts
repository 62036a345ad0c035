import { pino } from 'pino';
import { setV8Flags } from '../../src/app/v8-flags.ts';
import { wireServer } from '../../src/app/wire-server.ts';
import { createAddressReader } from '../../src/server/access/address.ts';
import { ConcurrencyLimit } from '../../src/server/access/concurrency-limit.ts';
import { createGate } from '../../src/server/access/gate.ts';
import { createBenchSource } from '../source.ts';
import { listSymbols } from '../watch-lists.ts';
import { drive } from './driver.ts';

// This server, with an in-process exchange instead of ccxt. The arguments, if given, are its number of markets and
// the share of them that moves in one tick.

const [count, share] = process.argv.slice(2);
const { marketData, live, tick } = createBenchSource(
  count === undefined ? {} : { symbols: listSymbols(Number(count)), share: Number(share) },
);
const log = pino({ level: 'silent' });
// As in app/process/run.ts.
setV8Flags();
const operations = new ConcurrencyLimit({ max: 200_000, maxPerAddress: 5000, limitsLoopback: false });
const megabyte = 1024 * 1024;
const subscriptionMemory = { maxBytes: 64 * megabyte, maxBytesPerAddress: 16 * megabyte, limitsLoopback: false };
const gate = createGate({ addressOf: createAddressReader(0) });
const sockets = new ConcurrencyLimit({ max: 20_000, maxPerAddress: 1000, limitsLoopback: false });
const socketLimits = { sockets, maxSubscriptions: 500, maxMessagesPerSecond: 100 };
const { http } = wireServer({ marketData, live, gate, operations, subscriptionMemory, socketLimits, log });
drive(await http.listen(0, '127.0.0.1'), tick);

import type { ExecutionResult } from 'graphql';
import type { WiredApp } from '../../app/create-app.ts';
import { withLocalApp } from '../../app/process/local-app.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { SubscriptionHost } from '../../server/fanout/group-subscription.ts';
import { toSymbol } from '../../server/fields/symbols.ts';
import { exitCode, type RunCommand, type Terminal } from '../terminal/command.ts';
import { parseArguments } from '../terminal/parse-arguments.ts';
import { toPlainText } from '../terminal/plain-text.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { describeRefusal } from './describe-refusal.ts';
import { createLineLog } from './line-log.ts';
import { LiveTable } from './live-table.ts';
import type { PriceView } from './price-view.ts';
import { TickerSubscription } from './ticker-subscription.ts';
import { type WatchEvent, watchDocument } from './watched-ticker.ts';

interface Watched {
  readonly exchange: string;
  readonly symbols: readonly string[];
}

/** Shows prices live until the signal aborts. */
export const watch: RunCommand = async (args, terminal) => {
  const watched = readMarkets(args);
  // Lines of the log would stand in the middle of the table.
  const isQuiet = hasTable(terminal) && terminal.err.isTerminal;
  const problem = await withLocalApp(terminal.env, (wired) => watchUntilEnd(wired, watched, terminal), { isQuiet });
  if (problem === null) return exitCode.ok;
  await terminal.err.write(`tickql: ${toPlainText(problem)}\n`);
  return exitCode.failure;
};

function readMarkets(args: readonly string[]): Watched {
  const { positionals } = parseArguments({ args: [...args], options: {}, allowPositionals: true });
  const [exchange, ...symbols] = positionals;
  if (exchange === undefined || symbols.length === 0) {
    throw new UsageError('watch needs an exchange and at least one symbol, for example kraken BTC/USD.');
  }
  if (exchange.includes('/')) {
    throw new UsageError(`${exchange} is not an exchange: watch takes the exchange first, for example kraken BTC/USD.`);
  }
  return { exchange, symbols: [...new Set(symbols.map(toSymbol))] };
}

/** Resolves with null once the signal aborts, or with the reason why there is nothing more to show. */
async function watchUntilEnd(wired: WiredApp, watched: Watched, terminal: Terminal): Promise<string | null> {
  const { engine, fanout } = wired;
  const { signal, out } = terminal;
  if (signal.aborted) return null;
  let end: (problem: string | null) => void = () => {};
  const ended = new Promise<string | null>((resolve) => {
    end = resolve;
  });
  signal.addEventListener('abort', () => end(null), { once: true });
  const view = createView(watched, terminal);
  const onEvent = ({ ticker, messages }: WatchEvent): void => {
    if (ticker) view.show(ticker);
    else end(messages.join(' '));
    for (const message of ticker ? messages : []) view.warn(message);
  };
  const onEnd = (): void => end(`${watched.exchange} sends no more prices.`);
  const args = {
    schema: engine.schema,
    document: engine.documents.get(watchDocument).document,
    variableValues: { ...watched },
  };
  const open = (host: SubscriptionHost): TickerSubscription => new TickerSubscription(host, { out, onEvent, onEnd });
  const subscribing = fanout.subscribe(args, { scope: '', open });
  try {
    const begun = await Promise.race([subscribing, ended]);
    if (begun instanceof TickerSubscription) begun.start();
    else if (begun !== null && typeof begun === 'object') end(describeRefusal(begun, engine.report));
    return await ended;
  } catch (error) {
    return describeRefusal({ errors: [toClientError(error, engine.report)] }, engine.report);
  } finally {
    view.close();
    subscribing.then(endIfOpen, () => {});
  }
}

/** A dumb terminal, such as the shell of Emacs, shows control sequences instead of obeying them. */
function hasTable({ out, env }: Terminal): boolean {
  return out.isTerminal && env.TERM !== 'dumb';
}

function createView({ exchange, symbols }: Watched, terminal: Terminal): PriceView {
  const { out, err, clock } = terminal;
  return hasTable(terminal)
    ? new LiveTable({ exchange, symbols, out, clock })
    : createLineLog({ exchange, out, err, clock });
}

function endIfOpen(begun: TickerSubscription | ExecutionResult): void {
  if (begun instanceof TickerSubscription) begun.end();
}

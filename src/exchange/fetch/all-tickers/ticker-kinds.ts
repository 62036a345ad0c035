import type { MarketInterface } from 'ccxt';
import { inSlices } from '../../../base/in-slices.ts';
import type { Markets, MarketType } from '../../../market/model/market.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { tickerListParams } from '../../quirks/ticker-lists.ts';

/** Active markets of an exchange that ccxt fetches with the same parameters. */
export interface TickerKind {
  readonly name: string;
  /** One of them. */
  readonly example: MarketInterface;
  readonly symbols: readonly string[];
}

export interface TickerKinds {
  /** The kinds that are wanted, the largest first. */
  readonly kinds: readonly TickerKind[];
  /** The kind of each market whose ticker is wanted if a call brings it. */
  readonly kindBySymbol: ReadonlyMap<string, string>;
}

/** Groups the active markets of a type. Without a type, options are wanted only if there is nothing else. */
export async function groupMarkets(
  client: ExchangeClient,
  markets: Markets,
  type: MarketType | null,
): Promise<TickerKinds> {
  const groups = new Map<string, { readonly example: MarketInterface; readonly symbols: string[] }>();
  const kindBySymbol = new Map<string, string>();
  await inSlices(markets.values(), (market) => {
    const { symbol } = market;
    if (market.active === false || (type !== null && market.type !== type)) return;
    const example = client.ccxt.market(symbol);
    const parts = Object.values(tickerListParams(client.info.id, example));
    const name = [example.type, example.subType ?? '', ...parts].join(' ').trim();
    const group = groups.get(name);
    if (group) group.symbols.push(symbol);
    else groups.set(name, { example, symbols: [symbol] });
    kindBySymbol.set(symbol, name);
  });
  const all = [...groups].map(([name, group]) => ({ name, ...group }));
  const others = type === null ? all.filter(({ example }) => !example.option) : [];
  const kinds = others.length > 0 ? others : all;
  return { kinds: kinds.toSorted((a, b) => b.symbols.length - a.symbols.length), kindBySymbol };
}

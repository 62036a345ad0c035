import type { ScreenView } from '../address/address.ts';
import type { MarketType, ScreenRank, ScreenUpdatedSubscriptionVariables } from './screen.graphql.ts';

const ranks: readonly ScreenRank[] = ['QUOTE_VOLUME', 'PERCENTAGE', 'CHANGE', 'LAST', 'RANGE', 'SPREAD'];
export const marketTypes: readonly MarketType[] = ['SPOT', 'SWAP', 'FUTURE', 'OPTION'];

/** A ranking with a name. */
interface Preset {
  readonly value: string;
  readonly label: string;
  readonly rankBy: ScreenRank;
  readonly ascending: boolean;
}

export const presets: readonly Preset[] = [
  { value: 'volume', label: 'Volume', rankBy: 'QUOTE_VOLUME', ascending: false },
  { value: 'gainers', label: 'Gainers', rankBy: 'PERCENTAGE', ascending: false },
  { value: 'losers', label: 'Losers', rankBy: 'PERCENTAGE', ascending: true },
  { value: 'range', label: 'Widest range', rankBy: 'RANGE', ascending: false },
  { value: 'tight', label: 'Tightest spread', rankBy: 'SPREAD', ascending: true },
  { value: 'wide', label: 'Widest spread', rankBy: 'SPREAD', ascending: false },
];

/** The preset of the view; null if its address names a ranking without one. */
export function findPreset(view: ScreenView): Preset | null {
  const { rankBy, order } = toVariables(view, '');
  const isAscending = order === 'ASC';
  return presets.find((preset) => preset.rankBy === rankBy && preset.ascending === isAscending) ?? null;
}

export const defaultFirst = 50;

/** What to ask the server for. What an address cannot mean has its default. */
export function toVariables(view: ScreenView, exchange: string): ScreenUpdatedSubscriptionVariables {
  return {
    exchange,
    rankBy: ranks.find((rank) => rank === view.rankBy) ?? 'QUOTE_VOLUME',
    order: view.ascending ? 'ASC' : 'DESC',
    quote: view.quote || null,
    type: marketTypes.find((type) => type === view.type) ?? null,
    minQuoteVolume: view.minVolume,
    first: view.first ?? defaultFirst,
  };
}

import type { MarketView } from '../../address/address.ts';
import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';

export function ChartPanel({ view }: MarketPanelProps & { readonly view: MarketView }) {
  return <Panel title="Candles">{view.timeframe ?? '1m'}</Panel>;
}

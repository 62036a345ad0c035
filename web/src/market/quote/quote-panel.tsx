import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';

export function QuotePanel({ market }: MarketPanelProps) {
  return <Panel title="Other exchanges">{market.symbol}</Panel>;
}

import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';

export function TradesPanel({ market }: MarketPanelProps) {
  return <Panel title="Trades">{market.symbol}</Panel>;
}

import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';

export function BookPanel({ market }: MarketPanelProps) {
  return <Panel title="Order book">{market.symbol}</Panel>;
}

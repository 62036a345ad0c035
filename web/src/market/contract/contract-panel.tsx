import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';

export function ContractPanel({ market }: MarketPanelProps) {
  return <Panel title="Contract">{market.symbol}</Panel>;
}

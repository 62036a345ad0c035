import type { ScreenView } from '../address/address.ts';
import { Panel } from '../ui/panel.tsx';

export function ScreenPage({ view }: { readonly view: ScreenView }) {
  return <Panel title={view.exchange ?? 'Screener'}>…</Panel>;
}

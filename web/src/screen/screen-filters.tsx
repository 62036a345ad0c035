import { type ScreenView, screener } from '../address/address.ts';
import { replaceView } from '../address/use-view.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { listRankable } from './choose-exchange.ts';
import { defaultFirst, findPreset, marketTypes, presets, toVariables } from './presets.ts';

const minVolumes: readonly number[] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const compact = new Intl.NumberFormat('en', { notation: 'compact' });
const sizes: readonly number[] = [25, 50, 100, 250, 500];

/** Which markets are ranked, and by what. Each choice goes into the address. */
export function ScreenFilters(props: {
  readonly view: ScreenView;
  readonly exchange: string;
  readonly currencies: readonly string[];
}) {
  const { view, exchange, currencies } = props;
  const exchanges = useStore(useServices().exchanges.byId) ?? new Map();
  // Not what stands in the address, but what is asked for.
  const { type } = toVariables(view, exchange);
  const change = (changed: Partial<ScreenView>): void => replaceView({ ...view, sorting: null, ...changed });
  const rank = (value: string): void => {
    const preset = presets.find((each) => each.value === value);
    if (preset) change({ rankBy: preset.rankBy, ascending: preset.ascending });
  };
  return (
    <div className="screen-filters">
      <Segmented label="Ranking" options={presets} value={findPreset(view)?.value ?? null} onChange={rank} />
      <Select
        label="Exchange"
        options={listRankable(exchanges).map(({ id, name }) => ({ value: id, label: name }))}
        value={exchange}
        onChange={(id) => replaceView({ ...screener, exchange: id, rankBy: view.rankBy, ascending: view.ascending })}
      />
      <Select
        label="Type"
        options={[{ value: '', label: 'All' }, ...marketTypes.map((value) => ({ value, label: typeNames[value] }))]}
        value={type ?? ''}
        onChange={(value) => change({ type: value || null })}
      />
      <Select
        label="Quote currency"
        options={[{ value: '', label: 'All' }, ...currencies.map((value) => ({ value, label: value }))]}
        value={view.quote ?? '…'}
        onChange={(quote) => change({ quote, minVolume: null })}
      />
      <Select
        label={`Minimum volume, ${view.quote || 'quote currency'}`}
        options={[
          { value: '', label: 'Any' },
          ...minVolumes.map((value) => ({ value: String(value), label: `≥ ${compact.format(value)}` })),
        ]}
        value={view.minVolume === null ? '' : String(view.minVolume)}
        onChange={(text) => change({ minVolume: text ? Number(text) : null })}
      />
      <Select
        label="Markets"
        options={sizes.map((size) => ({ value: String(size), label: String(size) }))}
        value={String(view.first ?? defaultFirst)}
        onChange={(text) => change({ first: Number(text) })}
      />
    </div>
  );
}

const typeNames = { SPOT: 'Spot', SWAP: 'Swap', FUTURE: 'Future', OPTION: 'Option' };

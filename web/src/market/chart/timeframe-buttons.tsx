import { Segmented } from '../../ui/segmented.tsx';
import { listTimeframes } from './candles/timeframe.ts';

/** One button for each timeframe of the market, in a row that scrolls where there is little room. */
export function TimeframeButtons(props: {
  readonly offered: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (timeframe: string) => void;
}) {
  const timeframes = listTimeframes(props.offered, props.chosen);
  const options = timeframes.map((timeframe) => ({ value: timeframe, label: timeframe }));
  return (
    <div className="timeframes">
      <Segmented label="Timeframe" options={options} value={props.chosen} onChange={props.onChoose} />
    </div>
  );
}

import { useEffect, useState } from 'react';
import type { MarketView } from '../../address/address.ts';
import { replaceView } from '../../address/use-view.ts';
import { Saved } from '../../base/saved.ts';
import { useStore } from '../../base/store.ts';
import { useServices } from '../../client/services.ts';
import { Panel } from '../../ui/panel.tsx';
import type { MarketPanelProps } from '../market-info.ts';
import { CandleView } from './candle-view.tsx';
import { defaultTimeframe, isTimeframe } from './candles/timeframe.ts';
import { TimeframeButtons } from './timeframe-buttons.tsx';
import './chart.css';

const saved = new Saved('timeframe', (value) => (typeof value === 'string' && isTimeframe(value) ? value : null));

/** Candlesticks with volume: the history as far back as one scrolls, and what happens now. */
export function ChartPanel({ market, info, view }: MarketPanelProps & { readonly view: MarketView }) {
  const exchange = useStore(useServices().exchanges.byId)?.get(market.exchange);
  const [remembered] = useState(() => saved.read());
  const offered = info?.timeframes ?? exchange?.timeframes ?? null;
  const has = info?.exchange.has ?? exchange?.has;
  const timeframe = view.timeframe ?? (offered && defaultTimeframe(offered, remembered));

  // The address says what is shown, so that a copied link and GraphiQL show the same.
  const isRemembered = view.timeframe === null && timeframe !== null && timeframe === remembered;
  useEffect(() => {
    if (isRemembered) replaceView({ ...view, timeframe });
  }, [isRemembered, timeframe, view]);

  const choose = (chosen: string): void => {
    saved.write(chosen);
    replaceView({ ...view, timeframe: chosen });
  };

  const series = timeframe === null ? null : { ...market, timeframe };
  return (
    <Panel title="Candles" extra={<TimeframeButtons offered={offered ?? []} chosen={timeframe} onChoose={choose} />}>
      {has && !has.includes('CANDLES') ? (
        <p className="chart chart-none">{exchange?.name ?? market.exchange} has no candles.</p>
      ) : (
        series && (
          <CandleView
            key={series.timeframe}
            series={series}
            precision={info?.pricePrecision ?? null}
            isMadeUp={exchange?.simulated ?? false}
          />
        )
      )}
      {!series && <div className="chart" />}
    </Panel>
  );
}

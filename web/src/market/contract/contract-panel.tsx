import type { ReactNode } from 'react';
import { useTimed } from '../../base/use-timed.ts';
import { useServices } from '../../client/services.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { formatAmount, formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import { FailureNote } from '../../ui/failure-note.tsx';
import { Freshness } from '../../ui/freshness.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Figure } from '../figure.tsx';
import type { MarketPanelProps } from '../market-info.ts';
import { contractSize } from '../quantity.ts';
import { formatCountdown, formatFundingRate, formatInterval } from './countdown.ts';
import type { Contract, ContractPart, Dated } from './use-contract.ts';
import './contract-panel.css';

/** Funding, open interest and the terms of a swap or a future. */
export function ContractPanel({ info, contract }: MarketPanelProps & { readonly contract: Contract }) {
  const { funding, openInterest, mark } = contract;
  const rate = funding.value;
  const interest = openInterest.value;
  return (
    <Panel title="Contract">
      <div className="panel-body contract-body">
        {info?.type !== 'FUTURE' && (
          <Part title="Funding" part={funding} isKnown={info !== null}>
            <Figure label="Rate">{formatFundingRate(rate?.rate ?? null)}</Figure>
            <Figure label="Per year">{formatPercentage(toPercentage(rate?.annualized ?? null))}</Figure>
            <Figure label="Interval">{rate?.intervalMs ? formatInterval(rate.intervalMs) : '–'}</Figure>
            <Figure label="Paid in">{rate?.nextFundingTime ? <Countdown until={rate.nextFundingTime} /> : '–'}</Figure>
          </Part>
        )}
        <Part title="Open interest" part={openInterest} isKnown={info !== null}>
          <Figure label="Amount">{formatAmount(interest?.amount ?? null)}</Figure>
          <Figure label={`Value ${info?.quote ?? ''}`}>{formatAmount(interest?.value ?? null)}</Figure>
        </Part>
        <h3>Terms</h3>
        <dl className="figures">
          <Figure label="Mark price">{formatPrice(mark.markPrice, info?.pricePrecision)}</Figure>
          <Figure label="Index price">{formatPrice(mark.indexPrice, info?.pricePrecision)}</Figure>
          <Figure label="Size">{(info && contractSize(info)) ?? '–'}</Figure>
          <Figure label="Settled in">{info?.settle ?? '–'}</Figure>
        </dl>
      </div>
    </Panel>
  );
}

/** Figures that come together, or a sentence about why there are none. */
function Part(props: {
  readonly title: string;
  readonly part: ContractPart<Dated>;
  readonly isKnown: boolean;
  readonly children: ReactNode;
}) {
  const { title, part, isKnown, children } = props;
  const isStale = useIsOld(part.value) || part.value?.stale === true;
  return (
    <>
      <h3>
        {title} {part.value && <Freshness {...part.value} stale={isStale} />}
      </h3>
      {isKnown && !part.isOffered ? (
        <p className="contract-none">This exchange does not offer it.</p>
      ) : (
        <dl className="figures" data-stale={isStale}>
          {children}
        </dl>
      )}
      <FailureNote failure={part.failure} />
    </>
  );
}

function Countdown({ until }: { readonly until: string }) {
  const { clock } = useServices();
  const left = useTimed(() => formatCountdown(Date.parse(until) - clock.now()));
  return <time dateTime={until}>{left}</time>;
}

function toPercentage(fraction: number | null): number | null {
  return fraction === null ? null : fraction * 100;
}

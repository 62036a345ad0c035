import type { ScreenView } from '../address/address.ts';
import type { Failure } from '../client/error-text.ts';
import { FailureNote } from '../ui/failure-note.tsx';
import { defaultFirst } from './presets.ts';

/** What there is to say about the table below it. Its line is always there, so that the table does not move. */
export function ScreenStatus(props: {
  readonly view: ScreenView;
  /** How many markets there are; null until they are loaded. */
  readonly count: number | null;
  readonly failures: readonly (Failure | null)[];
}) {
  const { view, count, failures } = props;
  const isFailed = failures.some((failure) => failure !== null);
  return (
    <div className="screen-status">
      {failures.map((failure, index) => (
        <FailureNote key={index === 0 ? 'ended' : 'missing'} failure={failure} />
      ))}
      <p role="status">{isFailed && count === null ? '' : describe(count, view)}</p>
    </div>
  );
}

function describe(count: number | null, { first, quote }: ScreenView): string {
  if (count === null) return 'Loading the markets.';
  if (count === 0) return 'No market matches.';
  const markets = count === (first ?? defaultFirst) ? `The first ${count} markets.` : `${count} markets.`;
  if (quote) return markets;
  return `${markets} Nothing is converted: prices and volumes are in the quote currency of each market.`;
}

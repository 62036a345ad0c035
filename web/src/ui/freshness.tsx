import { useTimed } from '../base/use-timed.ts';
import { useServices } from '../client/services.ts';
import { formatAge } from '../format/age.ts';

/** How the server obtained a value, as the schema's `Source`. */
type Source = 'FETCH' | 'POLL' | 'STREAM';

const words: Readonly<Record<Source, string>> = { FETCH: 'fetched', POLL: 'poll', STREAM: 'stream' };

/** Where a value comes from, how old it is, and whether its exchange or this server cannot be reached any more. */
export function Freshness(props: {
  readonly receivedAt: number;
  /** Also true for what arrived before the connection was lost: see `useIsOld`. */
  readonly stale: boolean;
  /** Order books do not say how they came. */
  readonly source?: Source;
}) {
  const { clock } = useServices();
  const age = useTimed(() => formatAge(clock.now() - props.receivedAt));
  return (
    <span className="freshness" data-stale={props.stale}>
      {props.stale ? 'stale' : props.source && words[props.source]} <span>{age}</span>
    </span>
  );
}

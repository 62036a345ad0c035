import { useStore } from '../base/store.ts';
import { useNow } from '../base/use-now.ts';
import type { ConnectionState } from '../client/connection.ts';
import { useServices } from '../client/services.ts';
import { formatAge } from '../format/age.ts';

/** While the connection is lost: since when and why. It lies over the bottom of the page, so that nothing moves. */
export function ConnectionBanner() {
  const state = useStore(useServices().connection.state);
  return (
    <div className="connection-place">
      {/* Screen readers announce only what appears in an element that was there before, and not each second. */}
      <p className="visually-hidden" role="status">
        {state.kind === 'lost' && `No live data: all prices are old. ${state.reason}`}
      </p>
      {state.kind === 'lost' && <Loss state={state} />}
    </div>
  );
}

function Loss({ state }: { readonly state: ConnectionState & { readonly kind: 'lost' } }) {
  const age = useNow(Date.now) - state.since;
  return (
    <div className="connection-banner" aria-hidden>
      <p>
        <strong>No live data for {age < 1000 ? '0 s' : formatAge(age)}.</strong> All prices are old. {state.reason}{' '}
        Trying again.
      </p>
    </div>
  );
}

import { useStore } from '../base/store.ts';
import { useNow } from '../base/use-now.ts';
import { useServices } from '../client/services.ts';
import { formatAge } from '../format/age.ts';

/** Says whether values are live. It is always there, so that nothing moves when the connection is lost. */
export function ConnectionNote() {
  const state = useStore(useServices().connection.state);
  const now = useNow(Date.now);
  const text = {
    idle: 'no live data',
    connecting: 'connecting',
    connected: 'live',
    lost: `connection lost ${state.kind === 'lost' ? formatAge(now - state.since) : ''} ago, reconnecting`,
  }[state.kind];
  return (
    <p className="connection" data-state={state.kind}>
      <span role="status">{state.kind === 'lost' ? 'The connection to the server is lost.' : ''}</span>
      <span aria-hidden={state.kind === 'lost'}>{text}</span>
    </p>
  );
}

import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import './connection.css';

const words = {
  idle: 'idle',
  connecting: 'connecting',
  connected: 'live',
  lost: 'lost',
} as const;

/** Says whether values are live. Its width is that of the longest text, so that nothing moves when the text changes. */
export function ConnectionNote() {
  const { kind } = useStore(useServices().connection.state);
  return (
    <p className="connection" data-state={kind}>
      {words[kind]}
    </p>
  );
}

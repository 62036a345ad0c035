import { useStore } from '../base/store.ts';
import { useServices } from './services.ts';

/** Whether the WebSocket is lost: then all live values are old. */
export function useIsLost(): boolean {
  return useStore(useServices().connection.state).kind === 'lost';
}

import { createContext, useContext } from 'react';
import type { Client } from 'urql';
import type { WatchLists } from '../lists/watch-lists.ts';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';
import type { Exchanges } from './exchanges.ts';
import type { ServerClock } from './server-clock.ts';

/** What all components share. `main.tsx` creates it once. */
export interface Services {
  readonly client: Client;
  readonly access: Access;
  readonly connection: Connection;
  readonly clock: ServerClock;
  /** The exchanges of the server by id; empty until they are loaded. */
  readonly exchanges: Exchanges;
  /** The watch lists that the browser keeps. `lists.add(market)` adds a market to the current one. */
  readonly lists: WatchLists;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('this component needs a ServicesContext around it');
  return services;
}

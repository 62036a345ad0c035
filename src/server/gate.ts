import type { IncomingMessage } from 'node:http';
import type { AddressReader } from './address.ts';

/** Who asks. */
export interface Caller {
  /** Where from. */
  readonly address: string;
  /** The name of the API key that was given, never the key itself; null where none is needed. */
  readonly key: string | null;
}

/** Decides who may come in, and how much they may ask for: the same for every door. */
export interface Gate {
  /** The address of the client behind a request or an upgrade. */
  addressOf(request: IncomingMessage): string;
  /** Who gave this as `Authorization`. Throws UNAUTHENTICATED. */
  identify(address: string, authorization: string | undefined): Caller;
  /** Counts one request or operation. Throws, or rejects with, RATE_LIMITED. */
  takeRequest(caller: Caller): Promise<void> | void;
  /** Counts what an operation costs. Throws, or rejects with, RATE_LIMITED. */
  takeCost(caller: Caller, cost: number): Promise<void> | void;
}

export interface GateOptions {
  readonly addressOf: AddressReader;
}

/** A gate that is open to all. */
export function createGate({ addressOf }: GateOptions): Gate {
  return {
    addressOf,
    identify: (address) => ({ address, key: null }),
    takeRequest: () => {},
    takeCost: () => {},
  };
}

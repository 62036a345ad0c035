import type { IncomingMessage } from 'node:http';
import { MarketDataError } from '../../market/errors.ts';
import { type AddressReader, createAddressReader } from './address.ts';
import { createKeyFinder, toGivenKey, unauthenticated } from './keys.ts';
import { Quota } from './quotas.ts';

/** Who asks. */
export interface Principal {
  /** Where from. */
  readonly address: string;
  /** The name of the API key that was given, never the key itself; null where none is needed. */
  readonly key: string | null;
}

/** Decides who may come in, and how much they may ask for: the same for every door. */
export interface Gate {
  /** The address of the client behind a request or an upgrade. */
  addressOf(request: IncomingMessage): string;
  /**
   * Who gave this as `Authorization`. Throws, or rejects with, UNAUTHENTICATED, or RATE_LIMITED where too many wrong keys
   * came from there.
   */
  identify(address: string, authorization: string | undefined): Promise<Principal> | Principal;
  /** Counts one request or operation. Throws, or rejects with, RATE_LIMITED. */
  takeRequest(principal: Principal): Promise<void> | void;
  /** Counts what an operation costs. Throws, or rejects with, RATE_LIMITED. */
  takeCost(principal: Principal, cost: number): Promise<void> | void;
  /** Who a request is from, which it counts: all that there is to a door. Throws, or rejects, as the two do. */
  admit(request: IncomingMessage): Promise<Principal> | Principal;
}

export interface GateOptions {
  /** Whoever has one of these may come in; anybody where there are none. */
  readonly apiKeys?: readonly string[];
  /** How much each key, or each address where there are no keys, may ask for; null for as much as it likes. */
  readonly requestsPerMinute?: number | null;
  readonly costPerMinute?: number | null;
  readonly addressOf?: AddressReader;
}

/** The gate that the options describe; without any it is open to all. */
export function createGate(options: GateOptions = {}): Gate {
  const { apiKeys = [], requestsPerMinute = null, costPerMinute = null } = options;
  const { addressOf = createAddressReader(0) } = options;
  const findKey = createKeyFinder(apiKeys);
  const whose = apiKeys.length > 0 ? 'API key' : 'address';
  const requests = createQuota(
    requestsPerMinute,
    (count) => `This server takes ${count} requests a minute of each ${whose}`,
  );
  const cost = createQuota(
    costPerMinute,
    (count) => `This server lets the operations of each ${whose} cost ${count} a minute`,
  );
  const wrongKeys = createQuota(requestsPerMinute, () => 'This server got too many wrong API keys from this address');

  /** Throws where no key was given, or a wrong one. */
  function recognize(address: string, given: string | null): Principal {
    const key = given === null ? null : findKey(given);
    if (key === null) throw unauthenticated(given);
    return { address, key };
  }

  /** Whoever gave too many wrong keys must wait with a right one too: its next guess would tell. */
  async function recognizeOrCount(address: string, given: string | null, wrong: Quota, all: Quota): Promise<Principal> {
    await wrong.check(address);
    try {
      return recognize(address, given);
    } catch (error) {
      await (given === null ? all : wrong).take(address);
      throw error;
    }
  }

  function identify(address: string, authorization: string | undefined): Promise<Principal> | Principal {
    if (apiKeys.length === 0) return { address, key: null };
    const given = toGivenKey(authorization);
    return wrongKeys && requests ? recognizeOrCount(address, given, wrongKeys, requests) : recognize(address, given);
  }

  async function identifyAndCount(request: IncomingMessage, quota: Quota): Promise<Principal> {
    const principal = await identify(addressOf(request), request.headers.authorization);
    await quota.take(toSubject(principal));
    return principal;
  }

  return {
    addressOf,
    identify,
    takeRequest: (principal) => requests?.take(toSubject(principal)),
    takeCost: (principal, given) => {
      if (!cost || given <= 0) return;
      if (given > cost.perMinute) throw tooCostly(given, cost.perMinute, whose);
      return cost.take(toSubject(principal), given);
    },
    admit: (request) =>
      requests ? identifyAndCount(request, requests) : identify(addressOf(request), request.headers.authorization),
  };
}

/** Null where there is none: then nobody waits for it. */
function createQuota(perMinute: number | null, says: (perMinute: number) => string): Quota | null {
  return perMinute === null ? null : new Quota({ perMinute, says: says(perMinute) });
}

/** Who has a quota of its own. */
function toSubject({ key, address }: Principal): string {
  return key ?? address;
}

function tooCostly(cost: number, perMinute: number, whose: string): MarketDataError {
  const message = `This operation costs ${cost}, and all those of an ${whose} may cost ${perMinute} a minute on this server: ask for less at once.`;
  return new MarketDataError('RATE_LIMITED', message, { retryable: false });
}

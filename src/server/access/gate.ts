import { MarketDataError } from '../../market/errors.ts';
import { type AddressReader, createAddressReader } from './address.ts';
import { createKeyFinder, toGivenKey, unauthenticated } from './keys.ts';
import { Quota } from './quotas.ts';

/** The client behind a request. Only the gate makes one, so a handler that has a principal serves somebody it let in. */
export interface Principal {
  readonly address: string;
  /** The name of the API key that was given, never the key itself; null if this server needs none. */
  readonly key: string | null;
}

/** Decides who may come in, and how much they may ask for: the same for every protocol. */
export interface Gate {
  /** The address of the client behind a request or an upgrade. */
  readonly addressOf: AddressReader;
  /**
   * Identifies the client that sent this `Authorization`. Throws, or rejects with, UNAUTHENTICATED, or RATE_LIMITED if too
   * many wrong keys came from the address.
   */
  identify(address: string, authorization: string | undefined): Promise<Principal> | Principal;
  /** Counts one request or operation. Throws, or rejects with, RATE_LIMITED. */
  takeRequest(principal: Principal): Promise<void> | void;
  /** Counts what an operation costs. Throws, or rejects with, RATE_LIMITED. */
  takeCost(principal: Principal, cost: number): Promise<void> | void;
  /** Identifies the client of a request and counts the request. Throws, or rejects, as the two do. */
  admit(address: string, authorization: string | undefined): Promise<Principal> | Principal;
}

export interface GateOptions {
  /** Clients must send one of these keys; without any, everybody may come in. */
  readonly apiKeys?: readonly string[];
  /** How much each key, or each address if there are no keys, may ask for; null for no limit. */
  readonly requestsPerMinute?: number | null;
  readonly costPerMinute?: number | null;
  readonly addressOf?: AddressReader;
}

/** Creates the gate that the options describe; without options it is open to all. */
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

  /** Throws if no key was given, or a wrong one. */
  function recognize(address: string, given: string | null): Principal {
    const key = given === null ? null : findKey(given);
    if (key === null) throw unauthenticated(given);
    return { address, key };
  }

  /** A client that gave too many wrong keys must wait with a right one too: its next guess would tell. */
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

  async function identifyAndCount(
    address: string,
    authorization: string | undefined,
    quota: Quota,
  ): Promise<Principal> {
    const principal = await identify(address, authorization);
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
    admit: (address, authorization) =>
      requests ? identifyAndCount(address, authorization, requests) : identify(address, authorization),
  };
}

/** Null without a limit: then nobody waits for the quota. */
function createQuota(perMinute: number | null, toMessage: (perMinute: number) => string): Quota | null {
  return perMinute === null ? null : new Quota({ perMinute, message: toMessage(perMinute) });
}

/** What has a quota of its own: a key, or an address if there are no keys. */
function toSubject({ key, address }: Principal): string {
  return key ?? address;
}

function tooCostly(cost: number, perMinute: number, whose: string): MarketDataError {
  const message = `This operation costs ${cost}, and all those of an ${whose} may cost ${perMinute} a minute on this server: ask for less at once.`;
  return new MarketDataError('RATE_LIMITED', message, { retryable: false });
}

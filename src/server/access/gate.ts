import { MarketDataError } from '../../market/errors.ts';
import { type AddressReader, createAddressReader } from './address.ts';
import { createKeyFinder, toGivenKey, unauthenticated } from './keys.ts';
import { type CreateLimiter, createMemoryLimiter, Quota } from './quotas.ts';

/** The client of a request. Only the gate creates principals, so a handler that has one serves an admitted client. */
export interface Principal {
  readonly address: string;
  /** The name of the API key that the client has sent, never the key itself; null if this server needs none. */
  readonly key: string | null;
}

/** The user of a command, who has started this process and so needs no key. */
export const localPrincipal: Principal = { address: 'local', key: null };

/** Decides which clients are admitted and how much they can request, in the same way for every protocol. */
export interface Gate {
  /** True if clients must send an API key. */
  readonly requiresKey: boolean;
  /** Returns the address of the client that sent a request or an upgrade. */
  readonly addressOf: AddressReader;
  /**
   * Identifies the client that sent this `Authorization` header. Throws or rejects with UNAUTHENTICATED, or with
   * RATE_LIMITED if the address has sent too many wrong keys.
   */
  identify(address: string, authorization: string | undefined): Promise<Principal> | Principal;
  /** Counts one request or operation. Throws or rejects with RATE_LIMITED. */
  takeRequest(principal: Principal): Promise<void> | void;
  /** Counts the cost of an operation. Throws or rejects with RATE_LIMITED. */
  takeCost(principal: Principal, cost: number): Promise<void> | void;
  /** Identifies the client of a request and counts the request. Throws or rejects like these two methods. */
  admit(address: string, authorization: string | undefined): Promise<Principal> | Principal;
}

export interface GateOptions {
  /** Clients must send one of these keys. Without any, all clients are admitted. */
  readonly apiKeys?: readonly string[];
  /** How much each key, or each address if there are no keys, can request; null for no limit. */
  readonly requestsPerMinute?: number | null;
  readonly costPerMinute?: number | null;
  readonly addressOf?: AddressReader;
  /** How quotas count; in the memory of this process by default. */
  readonly createLimiter?: CreateLimiter;
}

/** Creates a gate. Without options, it admits all clients. */
export function createGate(options: GateOptions = {}): Gate {
  const { apiKeys = [], requestsPerMinute = null, costPerMinute = null } = options;
  const { addressOf = createAddressReader(0), createLimiter = createMemoryLimiter } = options;
  const findKey = createKeyFinder(apiKeys);
  const whose = apiKeys.length > 0 ? 'API key' : 'address';
  const createQuota = (
    name: string,
    perMinute: number | null,
    toMessage: (perMinute: number) => string,
  ): Quota | null =>
    // Without a limit there is no quota, so that no request waits for it.
    perMinute === null ? null : new Quota({ name, perMinute, message: toMessage(perMinute), createLimiter });
  const requests = createQuota(
    'requests',
    requestsPerMinute,
    (count) => `This server accepts ${count} requests per minute from each ${whose}`,
  );
  const cost = createQuota(
    'cost',
    costPerMinute,
    (count) => `The operations of each ${whose} can cost ${count} per minute on this server`,
  );
  const wrongKeys = createQuota('wrong-keys', requestsPerMinute, () => 'This address has sent too many wrong API keys');

  /** Throws if the client has sent no key or a wrong one. */
  function recognize(address: string, given: string | null): Principal {
    const key = given === null ? null : findKey(given);
    if (key === null) throw unauthenticated(given);
    return { address, key };
  }

  /** After too many wrong keys, even a correct key must wait: otherwise guessing could continue. */
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
    requiresKey: apiKeys.length > 0,
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

/** The subject of a quota: a key, or an address if there are no keys. */
function toSubject({ key, address }: Principal): string {
  return key ?? address;
}

function tooCostly(cost: number, perMinute: number, whose: string): MarketDataError {
  const message = `This operation costs ${cost}, but all operations of one ${whose} together can cost only ${perMinute} per minute on this server: request less at once.`;
  return new MarketDataError('RATE_LIMITED', message, { retryable: false });
}

import type { MarketDataError } from '../../market/errors.ts';
import type { MarketKind } from '../ccxt/market-kinds.ts';
import { Circuit, type CircuitOptions, type CircuitPermit, type CircuitState, isLimitOrBlock } from './circuit.ts';
import type { ExchangeFailure } from './circuit-pause.ts';
import type { CallSubject } from './errors.ts';

/** Which of an exchange's circuits it is. */
export interface CircuitName {
  /** As the exchange names it, whatever proxy stands before it; '' where nothing has been asked for yet, or ever is. */
  readonly host: string;
  /** Null of what concerns the host as a whole. */
  readonly kind: MarketKind | null;
}

export interface CircuitStatus extends CircuitName {
  readonly exchange: string;
  readonly state: CircuitState;
}

export interface CircuitsOptions extends Omit<CircuitOptions, 'onChange' | 'scope'> {
  /** Called when a circuit changes; `scope` says of which of the exchange's markets, as the end of a sentence. */
  readonly onChange: (name: CircuitName, state: CircuitState, error: MarketDataError | null, scope: string) => void;
}

/** Leave to ask a host for a kind of market. */
export interface HostPermit extends CircuitName {
  readonly ofHost: CircuitPermit;
  /** Null where the two are one circuit. */
  readonly ofKind: CircuitPermit | null;
}

/** The circuits that a request for a kind of market at a host needs leave of. */
interface Gates {
  readonly ofHost: Circuit;
  readonly ofKind: Circuit | null;
}

/** The host of what asks for none: of a class that makes its own data up, say. */
const noHost = '';

/**
 * The circuits of one exchange. Exchanges limit and block by host, so what says so stops one of its hosts, with all the
 * markets that are asked for there. Failures in a row, of a maintenance of its contracts for example, stop the kind of
 * market that they come from. Which kind is asked for at which host is learned from the requests.
 */
export class Circuits {
  readonly #options: CircuitsOptions;
  readonly #circuits = new Map<string, CircuitName & { readonly circuit: Circuit }>();
  readonly #hosts = new Map<MarketKind, Set<string>>();
  /** What requests for lists of markets say of their hosts. */
  readonly #named = new Map<string, ReadonlySet<MarketKind>>();

  constructor(options: CircuitsOptions) {
    this.#options = options;
    this.#gates(noHost, null);
  }

  /** Leave for one call. Throws why there is none. */
  admit(host: string, kind: MarketKind | null, subject: CallSubject): HostPermit {
    const gates = this.#gates(host, kind);
    const ofHost = gates.ofHost.admit(subject);
    try {
      return { host, kind, ofHost, ofKind: gates.ofKind?.admit(subject) ?? null };
    } catch (refusal) {
      gates.ofHost.onInconclusive(ofHost);
      throw refusal;
    }
  }

  /** True while a call that was let through may still send a request. */
  allows({ host, kind, ofHost, ofKind }: HostPermit): boolean {
    const gates = this.#gates(host, kind);
    return gates.ofHost.allows(ofHost) && (!ofKind || gates.ofKind?.allows(ofKind) === true);
  }

  onAnswer({ host, kind, ofHost, ofKind }: HostPermit): void {
    const gates = this.#gates(host, kind);
    gates.ofHost.onAnswer(ofHost);
    if (ofKind) gates.ofKind?.onAnswer(ofKind);
  }

  onInconclusive({ host, kind, ofHost, ofKind }: HostPermit): void {
    const gates = this.#gates(host, kind);
    gates.ofHost.onInconclusive(ofHost);
    if (ofKind) gates.ofKind?.onInconclusive(ofKind);
  }

  onFailure({ host, kind, ofHost, ofKind }: HostPermit, failure: ExchangeFailure): void {
    const gates = this.#gates(host, kind);
    // Whatever the call fails with that finds out whether the host is back: it is not.
    if (!ofKind || ofHost.isProbe || isLimitOrBlock(failure)) gates.ofHost.onFailure(ofHost, failure);
    if (!ofKind) return;
    if (isLimitOrBlock(failure)) gates.ofKind?.onInconclusive(ofKind);
    else gates.ofKind?.onFailure(ofKind, failure);
  }

  /** True while at most one call has failed since the last success. */
  isCalm({ host, kind }: CircuitName): boolean {
    const { ofHost, ofKind } = this.#gates(host, kind);
    return ofHost.isCalm && (ofKind?.isCalm ?? true);
  }

  /** Why a call about the subject is not made now, by the circuit that has opened. */
  refusal({ host, kind }: CircuitName, subject: CallSubject): MarketDataError {
    const { ofHost, ofKind } = this.#gates(host, kind);
    return (kind && ofKind ? ofKind : ofHost).refusal(subject);
  }

  /** How long the host is left alone, in ms. */
  leftMs(host: string): number {
    return this.#gates(host, null).ofHost.leftMs;
  }

  /** A request for this kind of market was made of the host. */
  learn(kind: MarketKind, host: string): void {
    const hosts = this.#hosts.get(kind);
    if (hosts) hosts.add(host);
    else this.#hosts.set(kind, new Set([host]));
  }

  /** A list of markets of these kinds was asked for there: what the host is called until more is known. */
  name(host: string, kinds: ReadonlySet<MarketKind>): void {
    this.#named.set(host, kinds);
  }

  /** The host at which this kind of market is asked for; null as long as that is not known, and where it is not one only. */
  hostOf(kind: MarketKind | null): string | null {
    const hosts = kind === null ? undefined : this.#hosts.get(kind);
    const [host = null] = hosts ?? [];
    return hosts?.size === 1 ? host : null;
  }

  /** Of all circuits together: open as soon as one is. */
  get state(): CircuitState {
    const states = new Set([...this.#circuits.values()].map(({ circuit }) => circuit.state));
    return states.has('open') ? 'open' : states.has('half-open') ? 'half-open' : 'closed';
  }

  get statuses(): readonly CircuitStatus[] {
    const { exchange } = this.#options;
    return [...this.#circuits.values()]
      .map(({ host, kind, circuit }) => ({ exchange, host, kind, state: circuit.state }))
      .filter(({ host, state }) => host !== noHost || state !== 'closed' || this.#circuits.size === 1);
  }

  #gates(host: string, kind: MarketKind | null): Gates {
    const ofHost = this.#of({ host, kind: null }, `${host}`);
    return { ofHost, ofKind: kind === null || host === noHost ? null : this.#of({ host, kind }, `${host} ${kind}`) };
  }

  #of(name: CircuitName, key: string): Circuit {
    const known = this.#circuits.get(key);
    if (known) return known.circuit;
    const { onChange, ...options } = this.#options;
    const scope = (): string => this.#scopeOf(name);
    const circuit = new Circuit({
      ...options,
      scope,
      onChange: (state, error) => onChange(name, state, error, scope()),
    });
    this.#circuits.set(key, { ...name, circuit });
    return circuit;
  }

  /** ` for its linear markets`, where the exchange has others that are asked for all the same. */
  #scopeOf({ host, kind }: CircuitName): string {
    const hosts = new Set(
      [...this.#circuits.values()].map((circuit) => circuit.host).filter((name) => name !== noHost),
    );
    if (kind) return hosts.size > 1 || this.#hosts.size > 1 ? ` for its ${kind} markets` : '';
    if (hosts.size < 2 || host === noHost) return '';
    const learned = [...this.#hosts].flatMap(([learnedKind, used]) => (used.has(host) ? [learnedKind] : []));
    const kinds = learned.length > 0 ? learned : [...(this.#named.get(host) ?? [])];
    return kinds.length > 0 ? ` for its ${kinds.join(' and ')} markets` : ' for some of its markets';
  }
}

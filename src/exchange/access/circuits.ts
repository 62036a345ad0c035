import type { MarketDataError } from '../../market/errors.ts';
import type { MarketKind } from '../ccxt/market-kinds.ts';
import { Circuit, type CircuitOptions, type CircuitPermit, type CircuitState, isLimitOrBlock } from './circuit.ts';
import type { ExchangeFailure } from './circuit-pause.ts';
import type { CallSubject } from './errors.ts';

/** Identifies one of an exchange's circuits. */
export interface CircuitName {
  /**
   * The host's name at the exchange, whatever proxy is in front of it; '' when it is not known yet, or when the class
   * sends no requests.
   */
  readonly host: string;
  /** Null for the circuit of the host as a whole. */
  readonly kind: MarketKind | null;
}

export interface CircuitStatus extends CircuitName {
  readonly exchange: string;
  readonly state: CircuitState;
}

export interface CircuitsOptions extends Omit<CircuitOptions, 'onChange' | 'scope'> {
  /** Called when a circuit changes. `scope` names the markets that it is for, as the end of a sentence. */
  readonly onChange: (name: CircuitName, state: CircuitState, error: MarketDataError | null, scope: string) => void;
}

/** Permission to send requests to a host for a kind of market. */
export interface HostPermit extends CircuitName {
  readonly ofHost: CircuitPermit;
  /** Null if the permit of the host is enough: if the kind or the host is not known. */
  readonly ofKind: CircuitPermit | null;
}

/** The circuits that must both permit a request for a kind of market at a host. */
interface CircuitPair {
  readonly ofHost: Circuit;
  readonly ofKind: Circuit | null;
}

/** Stands for the host of classes that send no requests, such as `sim`. */
const noHost = '';

/**
 * The circuits of one exchange. Exchanges limit and block by host, so a stated limit or block opens the circuit of that
 * host, with all the markets that it serves. Other failures in a row, such as during maintenance of the exchange's
 * contracts, open only the circuit of the kind of market that was requested. Which host serves which kind is learned
 * from the requests.
 */
export class Circuits {
  readonly #options: CircuitsOptions;
  readonly #circuits = new Map<string, CircuitName & { readonly circuit: Circuit }>();
  readonly #hosts = new Map<MarketKind, Set<string>>();
  /** The kinds of market that requests for market lists named, by host. */
  readonly #kindsNamedBy = new Map<string, ReadonlySet<MarketKind>>();

  constructor(options: CircuitsOptions) {
    this.#options = options;
    this.#circuitsOf(noHost, null);
  }

  /** A permit for one call. Throws the refusal of a circuit that is not closed. */
  admit(host: string, kind: MarketKind | null, subject: CallSubject): HostPermit {
    const circuits = this.#circuitsOf(host, kind);
    const ofHost = circuits.ofHost.admit(subject);
    try {
      return { host, kind, ofHost, ofKind: circuits.ofKind?.admit(subject) ?? null };
    } catch (refusal) {
      circuits.ofHost.onInconclusive(ofHost);
      throw refusal;
    }
  }

  /** True while a call that was admitted may still send a request. */
  allows({ host, kind, ofHost, ofKind }: HostPermit): boolean {
    const circuits = this.#circuitsOf(host, kind);
    return circuits.ofHost.allows(ofHost) && (!ofKind || circuits.ofKind?.allows(ofKind) === true);
  }

  onAnswer({ host, kind, ofHost, ofKind }: HostPermit): void {
    const circuits = this.#circuitsOf(host, kind);
    circuits.ofHost.onAnswer(ofHost);
    if (ofKind) circuits.ofKind?.onAnswer(ofKind);
  }

  onInconclusive({ host, kind, ofHost, ofKind }: HostPermit): void {
    const circuits = this.#circuitsOf(host, kind);
    circuits.ofHost.onInconclusive(ofHost);
    if (ofKind) circuits.ofKind?.onInconclusive(ofKind);
  }

  onFailure({ host, kind, ofHost, ofKind }: HostPermit, failure: ExchangeFailure): void {
    const circuits = this.#circuitsOf(host, kind);
    // If the probe of a host fails, the host is not back, whatever the error is.
    if (!ofKind || ofHost.isProbe || isLimitOrBlock(failure)) circuits.ofHost.onFailure(ofHost, failure);
    if (!ofKind) return;
    if (isLimitOrBlock(failure)) circuits.ofKind?.onInconclusive(ofKind);
    else circuits.ofKind?.onFailure(ofKind, failure);
  }

  /** True while at most one call has failed since the last success. */
  isHealthy({ host, kind }: CircuitName): boolean {
    const { ofHost, ofKind } = this.#circuitsOf(host, kind);
    return ofHost.isHealthy && (ofKind?.isHealthy ?? true);
  }

  /** The error for a call that is refused by the circuit with this name. */
  refusal({ host, kind }: CircuitName, subject: CallSubject): MarketDataError {
    const { ofHost, ofKind } = this.#circuitsOf(host, kind);
    return (kind && ofKind ? ofKind : ofHost).refusal(subject);
  }

  /** How long the host's circuit remains open, in ms. */
  remainingMs(host: string): number {
    return this.#circuitsOf(host, null).ofHost.remainingMs;
  }

  /** A request for this kind of market went to the host. */
  learn(kind: MarketKind, host: string): void {
    const hosts = this.#hosts.get(kind);
    if (hosts) hosts.add(host);
    else this.#hosts.set(kind, new Set([host]));
  }

  /** A list of markets of these kinds was requested from the host. It describes the host until more is known. */
  nameHost(host: string, kinds: ReadonlySet<MarketKind>): void {
    this.#kindsNamedBy.set(host, kinds);
  }

  /** The host that serves this kind of market; null if it is not known, or if there are several. */
  hostOf(kind: MarketKind | null): string | null {
    const hosts = kind === null ? undefined : this.#hosts.get(kind);
    const [host = null] = hosts ?? [];
    return hosts?.size === 1 ? host : null;
  }

  /** The state of all circuits together: open as soon as one of them is open. */
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

  #circuitsOf(host: string, kind: MarketKind | null): CircuitPair {
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

  /** Names the markets, such as ` for its linear markets`, if other markets of the exchange are still requested. */
  #scopeOf({ host, kind }: CircuitName): string {
    const hosts = new Set(
      [...this.#circuits.values()].map((circuit) => circuit.host).filter((name) => name !== noHost),
    );
    if (kind) return hosts.size > 1 || this.#hosts.size > 1 ? ` for its ${kind} markets` : '';
    if (hosts.size < 2 || host === noHost) return '';
    const learned = [...this.#hosts].flatMap(([learnedKind, used]) => (used.has(host) ? [learnedKind] : []));
    const kinds = learned.length > 0 ? learned : [...(this.#kindsNamedBy.get(host) ?? [])];
    return kinds.length > 0 ? ` for its ${kinds.join(' and ')} markets` : ' for some of its markets';
  }
}

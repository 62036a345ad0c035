import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';

/** How trades arrive. Each way can have different ids, or none. */
type Way = 'stream' | 'fetch';

/** How many trades are remembered for each way. */
const maxRemembered = 10_000;

/** The trades that have arrived one way. */
class Seen {
  readonly ids = new Set<string>();
  /** Number of different trades by content. */
  readonly contents = new Map<string, number>();
  /** Number of trades by content whose ids are unknown. */
  readonly nameless = new Map<string, number>();

  add(id: string | null, content: string, count: number): void {
    if (id !== null) this.ids.add(id);
    else this.nameless.set(content, (this.nameless.get(content) ?? 0) + 1);
    forgetOldest(this.nameless);
    this.contents.delete(content);
    this.contents.set(content, count);
    forgetOldest(this.ids);
    forgetOldest(this.contents);
  }

  /** Gives this id to a trade with the same content whose id is unknown. False if there is none. */
  name(id: string, content: string): boolean {
    const count = this.nameless.get(content) ?? 0;
    if (count === 0) return false;
    this.ids.add(id);
    if (count > 1) this.nameless.set(content, count - 1);
    else this.nameless.delete(content);
    return true;
  }
}

/**
 * Remembers the trades that the stream and calls have brought. Once the same id has arrived both ways, ids distinguish
 * trades. Otherwise their content does: time, side, price and amount. The second trade with some content that arrives
 * one way is then the same as the second trade with that content that arrives the other way. KuCoin, for example,
 * streams ids and fetches none. If fetched trades have no id, the trades that `take` returns are numbered among those
 * with the same content (`nth`), in the order of an answer that contains all of them. So a trade has the same number
 * both ways.
 *
 * A stream from another instance can contain trades that calls have brought there, without an id that distinguishes them,
 * among trades with ids. If such a trade arrives again with an id, it gets that id.
 */
export class KnownTrades {
  readonly #seen: Readonly<Record<Way, Seen>> = { stream: new Seen(), fetch: new Seen() };
  #idsAgree = false;
  #fetchesLackIds = false;

  /** True once the same id has arrived both ways, so that ids distinguish trades. */
  get idsAgree(): boolean {
    return this.#idsAgree;
  }

  /** True if a fetched trade is known, whichever way it arrived before. */
  knows(trade: Trade): boolean {
    const { fetch, stream } = this.#seen;
    const id = distinctId(trade);
    const content = contentOf(trade);
    if (id === null) return fetch.contents.has(content) || stream.contents.has(content);
    if (fetch.ids.has(id) || stream.ids.has(id)) return true;
    return this.#idsAgree ? stream.nameless.has(content) : stream.contents.has(content);
  }

  /**
   * Remembers trades and returns those that were unknown. With `mayRepeat`, some may have arrived the same way before.
   */
  take(trades: readonly Trade[], way: Way, mayRepeat: boolean): readonly Trade[] {
    const [own, other] =
      way === 'stream' ? [this.#seen.stream, this.#seen.fetch] : [this.#seen.fetch, this.#seen.stream];
    const ids = trades.map(distinctId);
    if (ids.some((id) => id !== null && other.ids.has(id))) this.#idsAgree = true;
    if (way === 'fetch' && trades.some(({ id }) => id === null)) this.#fetchesLackIds = true;
    const together = new Map<string, number>();
    return trades.flatMap((trade, at) => {
      const id = ids[at] ?? null;
      const content = contentOf(trade);
      const nth = (together.get(content) ?? 0) + 1;
      together.set(content, nth);
      const known = own.contents.get(content) ?? 0;
      if (id === null ? mayRepeat && nth <= known : own.ids.has(id) || (mayRepeat && own.name(id, content))) return [];
      own.add(id, content, known + 1);
      const isKnown =
        id !== null && this.#idsAgree
          ? other.ids.has(id) || other.name(id, content)
          : known + 1 <= (other.contents.get(content) ?? 0);
      if (isKnown) return [];
      return id === null || this.#fetchesLackIds ? withNumber(trade, known + 1) : trade;
    });
  }
}

/** True if at least one trade is in both lists. */
export function overlap(some: Iterable<Trade>, others: readonly Trade[]): boolean {
  const ids = new Set(others.map(distinctId));
  const contents = new Set(others.map(contentOf));
  for (const trade of some) {
    const id = distinctId(trade);
    if ((id !== null && ids.has(id)) || contents.has(contentOf(trade))) return true;
  }
  return false;
}

function withNumber(trade: Trade, nth: number): Trade {
  const given = trade.nth ?? (trade.id === null ? 1 : null);
  return given === nth ? trade : Object.freeze({ ...trade, nth });
}

function forgetOldest(keys: Set<string> | Map<string, number>): void {
  for (const key of keys.keys()) {
    if (keys.size <= maxRemembered) return;
    keys.delete(key);
  }
}

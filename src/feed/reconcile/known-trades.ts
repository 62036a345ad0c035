import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';

/** How trades arrive: each way may have ids of its own, or none. */
type Way = 'stream' | 'fetch';

/** How many trades are remembered of each way. */
const maxRemembered = 10_000;

/** What has come one way. */
class Seen {
  readonly ids = new Set<string>();
  /** How many different trades have had the same content. */
  readonly contents = new Map<string, number>();

  add(id: string | null, content: string, count: number): void {
    if (id !== null) this.ids.add(id);
    this.contents.delete(content);
    this.contents.set(content, count);
    forgetOldest(this.ids);
    forgetOldest(this.contents);
  }
}

/**
 * The trades that are known already, whether the stream or a call brought them. Once the same id has come both ways, ids
 * tell trades apart. Elsewhere content does: time, side, price and amount; the second trade with a content that comes one
 * way is the second with that content that comes the other way. KuCoin, for example, streams ids and fetches none.
 * Where fetched trades have no id of their own, the trades that `take` returns are numbered among those with the same
 * content (`nth`), as an answer that has them all would number them: a trade has the same number whichever way it came.
 */
export class KnownTrades {
  readonly #seen: Readonly<Record<Way, Seen>> = { stream: new Seen(), fetch: new Seen() };
  #idsAgree = false;
  #fetchesLackIds = false;

  /** True once the same id has come both ways: ids tell trades apart, whichever way they come. */
  get idsAgree(): boolean {
    return this.#idsAgree;
  }

  /** True where a trade that was fetched is known, whichever way it came. */
  knows(trade: Trade): boolean {
    const { fetch, stream } = this.#seen;
    const id = distinctId(trade);
    const content = contentOf(trade);
    if (id === null) return fetch.contents.has(content) || stream.contents.has(content);
    return fetch.ids.has(id) || stream.ids.has(id) || (!this.#idsAgree && stream.contents.has(content));
  }

  /** Remembers trades that came together, and returns those that were not known. With `mayRepeat`, some may have come the same way before. */
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
      if (id === null ? mayRepeat && nth <= known : own.ids.has(id)) return [];
      own.add(id, content, known + 1);
      const isUnknown =
        id !== null && this.#idsAgree ? !other.ids.has(id) : known + 1 > (other.contents.get(content) ?? 0);
      if (!isUnknown) return [];
      return id === null || this.#fetchesLackIds ? withNumber(trade, known + 1) : trade;
    });
  }
}

/** True when a trade is in both lists. */
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

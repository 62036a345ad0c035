import { useState } from 'react';
import { Saved } from '../../base/saved.ts';

/** Up to this number of exchanges, a server has only those that its operator has chosen: all of them are compared. */
const few = 8;

/** The most that `quote` takes. */
const most = 200;

const saved = new Saved<readonly string[]>('quote.exchanges', parseIds);

/** What decides which exchanges are compared. */
export interface ExchangeChoice {
  /** The exchange of the market that is shown. It is always among them. */
  readonly current: string;
  /** The exchanges of the server. */
  readonly all: readonly string[];
  /** Those that the viewer has picked; null if there was no choice yet. */
  readonly picked: readonly string[] | null;
  /** The exchanges of the watch lists. */
  readonly watched: readonly string[];
}

/**
 * The exchanges to ask for their prices, the current one first. One hundred exchanges are never asked because somebody
 * opens a market: without a choice, these are those of the watch lists, or all exchanges of a server with few of them.
 */
export function chooseExchanges({ current, all, picked, watched }: ExchangeChoice): readonly string[] {
  const chosen = new Set(picked ?? (all.length <= few ? all : watched));
  return [current, ...all.filter((id) => id !== current && chosen.has(id))].slice(0, most);
}

/** The exchanges that the viewer has picked, which the browser keeps, and how to pick others. */
export function usePickedExchanges(): [readonly string[] | null, (ids: readonly string[]) => void] {
  const [picked, setPicked] = useState(() => saved.read());
  const pick = (ids: readonly string[]): void => {
    saved.write(ids);
    setPicked(ids);
  };
  return [picked, pick];
}

function parseIds(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((id) => typeof id === 'string') ? value : null;
}

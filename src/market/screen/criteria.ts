/** The figures by which the markets of an exchange can be ranked. */
export const screenRanks = ['QUOTE_VOLUME', 'CHANGE', 'PERCENTAGE', 'LAST', 'RANGE', 'SPREAD'] as const;

export type ScreenRank = (typeof screenRanks)[number];

export type SortOrder = 'ASC' | 'DESC';

/** Which markets a screen shows, and in which order. */
export interface ScreenCriteria {
  readonly rankBy: ScreenRank;
  readonly order: SortOrder;
  /** Only markets with this quote currency, in capital letters; null for all. */
  readonly quote: string | null;
  /** Only markets with at least this quote volume, in the quote currency of each; null for all. */
  readonly minQuoteVolume: number | null;
}

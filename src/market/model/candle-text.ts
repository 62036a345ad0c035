/** How one candle is written as JSON. */
export interface CandleFormat {
  /** Equal for formats that write the same. */
  readonly key: string;
  /** The approximate length of one row. */
  readonly rowLength: number;
  /** Writes ASCII only. Returns null if a number is not finite: JSON has no text for it. */
  write(
    timestamp: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    closed: boolean,
  ): string | null;
}

/** Candles as a JSON array without its brackets. */
export interface CandleText {
  /** The text in pieces, in ASCII. Other answers may share them. */
  readonly chunks: readonly Uint8Array[];
}

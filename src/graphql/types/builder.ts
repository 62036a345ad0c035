import SchemaBuilder from '@pothos/core';
import type { Context } from '../execution/context.ts';

export interface SchemaTypes {
  readonly Context: Context;
  readonly DefaultFieldNullability: false;
  readonly Scalars: {
    /** Epoch ms in this server, ISO-8601 in answers. */
    readonly DateTime: { readonly Input: number; readonly Output: number };
    /** Epoch ms. */
    readonly Timestamp: { readonly Input: number; readonly Output: number };
    readonly Timeframe: { readonly Input: string; readonly Output: string };
    readonly OHLCV: { readonly Input: never; readonly Output: readonly number[] };
  };
}

/** The builder to which scalars.ts and the files in `schema/` add their types. It defines nothing itself. */
export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

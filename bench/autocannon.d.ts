/** Types for the part of autocannon that benches and tests use; the package itself has no types. */
declare module 'autocannon' {
  /** A request before autocannon encodes it. */
  export interface LoadRequest {
    readonly body?: string;
    /** Called before each request; its result is sent. */
    readonly setupRequest?: (request: LoadRequest) => LoadRequest;
  }

  export interface LoadOptions {
    readonly url: string;
    readonly method?: 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly connections: number;
    /** In seconds. */
    readonly duration?: number;
    /** The number of requests, instead of a duration. */
    readonly amount?: number;
    readonly requests?: readonly LoadRequest[];
    /** Answers for which it returns false are counted as `mismatches`. */
    readonly verifyBody?: (body: string) => boolean;
  }

  export interface LoadResult {
    /** The duration, in seconds. */
    readonly duration: number;
    readonly '2xx': number;
    readonly non2xx: number;
    /** Failed connections and requests without an answer. */
    readonly errors: number;
    readonly mismatches: number;
    /** In ms. */
    readonly latency: { readonly p99: number };
  }

  export default function autocannon(options: LoadOptions): Promise<LoadResult>;
}

/** The part of autocannon, which has no types of its own, that the benches and tests use. */
declare module 'autocannon' {
  /** A request as autocannon is about to encode it. */
  export interface LoadRequest {
    readonly body?: string;
    /** Called before each request; what it gives is sent. */
    readonly setupRequest?: (request: LoadRequest) => LoadRequest;
  }

  export interface LoadOptions {
    readonly url: string;
    readonly method?: 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly connections: number;
    /** In seconds; or how many requests. */
    readonly duration?: number;
    readonly amount?: number;
    readonly requests?: readonly LoadRequest[];
    /** False counts the answer among `mismatches`. */
    readonly verifyBody?: (body: string) => boolean;
  }

  export interface LoadResult {
    /** How long it took, in seconds. */
    readonly duration: number;
    readonly '2xx': number;
    readonly non2xx: number;
    /** Connections that failed, and requests without an answer. */
    readonly errors: number;
    readonly mismatches: number;
    /** In ms. */
    readonly latency: { readonly p99: number };
  }

  export default function autocannon(options: LoadOptions): Promise<LoadResult>;
}

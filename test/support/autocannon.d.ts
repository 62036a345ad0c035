/** Types for the part of autocannon that tests use; the package itself has no types. */
declare module 'autocannon' {
  export interface LoadOptions {
    readonly url: string;
    readonly connections: number;
    /** The number of requests. */
    readonly amount: number;
  }

  export interface LoadResult {
    readonly '2xx': number;
  }

  export default function autocannon(options: LoadOptions): Promise<LoadResult>;
}

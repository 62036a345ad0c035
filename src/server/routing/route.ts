import type { GraphQLError } from 'graphql';
import type { Principal } from '../access/gate.ts';
import type { Cors } from '../http/messages/cors.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import type { RequestRecord, Transport } from '../observe/request-record.ts';

/** The decoded values of the parameters of a route, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/**
 * Answers the requests of one path. The kind determines what the router does before the route receives a request:
 *
 * | kind   | API key | requests quota | request id, log line, trace | CORS preflight | methods             |
 * | ------ | ------- | -------------- | --------------------------- | -------------- | ------------------- |
 * | probe  | no      | no             | no                          | no             | GET, HEAD           |
 * | public | no      | no             | no                          | no             | GET, HEAD           |
 * | page   | yes     | no             | no                          | no             | GET, HEAD           |
 * | api    | yes     | yes            | yes                         | yes            | the route's concern |
 *
 * Probes are requested by monitoring systems, which no quota must delay. Public files are the same for everybody: they
 * have no market data, and a browser that opens an address cannot send a key.
 */
export type Route = PageRoute | ApiRoute;

export interface PageRoute {
  readonly kind: 'probe' | 'public' | 'page';
  readonly path: string;
  readonly handle: HandlePage;
}

/** Answers GET and HEAD. If it rejects, the request is answered with an error. */
export type HandlePage = (context: HttpContext, params: RouteParams) => Promise<void> | void;

export interface ApiRoute {
  readonly kind: 'api';
  /**
   * Segments that begin with a colon are parameters, as in `/api/markets/:exchange`. A last segment that begins with an
   * asterisk is a parameter that takes the rest of the path, as in `/api/ticker/:exchange/*symbol`.
   */
  readonly path: string;
  /** How its requests count, also those that are refused before the route receives them; `http` by default. */
  readonly transport?: Transport;
  /** The methods that a page of another origin can use, for preflights. The route itself refuses all other methods. */
  readonly methods: readonly string[];
  /** If it rejects, the whole request is answered with an error. */
  readonly handle: (request: ApiRequest) => Promise<void> | void;
  /** Answers a browser that opens the path, as a public page. */
  readonly page?: HandlePage;
  /** Which pages may send requests, if that differs from the other paths. */
  readonly cors?: Cors;
  /** How an error that concerns the whole request is answered; by default as over GraphQL. */
  readonly sendFailure?: SendFailure;
}

/** Answers a request with an error that clients can see. */
export type SendFailure = (context: HttpContext, error: GraphQLError) => void;

/** A request whose client has been identified and that has been counted. */
export interface ApiRequest extends HttpContext {
  readonly principal: Principal;
  /** The record of the request. The route records the outcome here. */
  readonly record: RequestRecord;
  readonly params: RouteParams;
  /** The query string, without its question mark. */
  readonly search: string;
}

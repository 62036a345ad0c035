import type { Principal } from '../access/gate.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import type { RequestRecord } from '../observe/request-record.ts';

/** Values of the parameters of a route, decoded, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/**
 * What answers one path. The kind says what the router does before the route sees a request:
 *
 * | kind  | API key | requests quota | request id, log line, trace | CORS preflight | methods             |
 * | ----- | ------- | -------------- | --------------------------- | -------------- | ------------------- |
 * | probe | no      | no             | no                          | no             | GET, HEAD           |
 * | page  | yes     | no             | no                          | no             | GET, HEAD           |
 * | api   | yes     | yes            | yes                         | yes            | the route's concern |
 *
 * A probe is asked by what watches over the server, which no quota may hold up.
 */
export type Route = PageRoute | ApiRoute;

export interface PageRoute {
  readonly kind: 'probe' | 'page';
  readonly path: string;
  readonly handle: (context: HttpContext, params: RouteParams) => void;
}

export interface ApiRoute {
  readonly kind: 'api';
  /** Segments that begin with a colon are parameters, as in `/api/ticker/:exchange/:symbol`. */
  readonly path: string;
  /** What a preflight says that a page of another origin may send. The route itself refuses all other methods. */
  readonly methods: readonly string[];
  /** May reject, which is answered as a failure of the whole request. */
  readonly handle: (request: ApiRequest) => Promise<void> | void;
}

/** A request that was let in and counted. */
export interface ApiRequest extends HttpContext {
  readonly principal: Principal;
  /** What is recorded of the request; a route records the outcome here. */
  readonly record: RequestRecord;
  readonly params: RouteParams;
  /** The query string, without its question mark. */
  readonly search: string;
}

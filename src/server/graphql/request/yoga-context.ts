import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/gate.ts';
import type { RequestRecord } from '../../observe/request-record.ts';

/** Context for plugins, in addition to the context from Yoga. */
export interface YogaContext {
  readonly principal: Principal;
  /** Null for operations over a WebSocket: Yoga prepares and executes them, but does not answer them. */
  readonly http: GraphQLHttpRequest | null;
}

/** A request over HTTP that Yoga answers. */
export interface GraphQLHttpRequest {
  readonly response: ServerResponse;
  /** True for HEAD, which Yoga answers like GET. */
  readonly isHead: boolean;
  /** True if the cost was charged already. A client does not pay again to learn why nothing could be executed. */
  readonly isCharged: boolean;
  readonly record: RequestRecord;
}

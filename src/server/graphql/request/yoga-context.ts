import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/gate.ts';
import type { RequestRecord } from '../../observe/request-record.ts';

/** What plugins know of an operation besides what Yoga tells them. */
export interface YogaContext {
  readonly principal: Principal;
  /** Null for operations over a WebSocket, which Yoga only prepares and executes. */
  readonly http: GraphQLHttpRequest | null;
}

/** A request over HTTP that Yoga answers. */
export interface GraphQLHttpRequest {
  readonly response: ServerResponse;
  /** True for HEAD, which Yoga answers like GET. */
  readonly isHead: boolean;
  /** True if the cost was taken already: a client does not pay again to learn why nothing could be executed. */
  readonly isCharged: boolean;
  readonly record: RequestRecord;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cors } from './cors.ts';

/** A request over HTTP with what its answer is written to. */
export interface HttpContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly cors: Cors;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cors } from './cors.ts';

/** A request over HTTP, with its response and the rules for pages of other origins. */
export interface HttpContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly cors: Cors;
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request over HTTP, whatever it is. Never throws. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

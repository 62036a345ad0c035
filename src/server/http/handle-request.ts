import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers any request over HTTP. Never throws. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

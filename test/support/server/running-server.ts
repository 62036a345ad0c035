import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** The answer to a GraphQL operation over HTTP. */
export interface GraphQLAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its query
  readonly data: any;
  readonly errors: readonly GraphQLAnswerError[];
}

export interface GraphQLAnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface RawRequest {
  readonly method?: string;
  /** `/graphql` by default. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Buffer;
}

/** Requests to a server that runs on loopback. */
export interface ServerRequests {
  readonly port: number;
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** The URL of GraphQL over HTTP. */
  readonly url: string;
  readonly webSocketUrl: string;
  /** Sends a query as a client library does, and parses the answer. */
  query(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphQLAnswer>;
  /** Sends exactly these headers. */
  send(request: RawRequest): Promise<RawAnswer>;
  /** Sends a query; `more` contains further members of the JSON body. */
  post(query: string, headers?: Readonly<Record<string, string>>, more?: object): Promise<RawAnswer>;
  get(query: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
}

/** A server that a test has started. */
export interface RunningServer extends ServerRequests {
  stop(): Promise<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function createRequests(port: number): ServerRequests {
  const origin = `http://127.0.0.1:${port}`;
  const url = `${origin}/graphql`;
  const send = ({ method = 'GET', path = '/graphql', headers = {}, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...headers } });
      request.on('error', reject);
      request.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { statusCode = 0, headers } = response;
        const body = Buffer.concat(chunks);
        resolve({ status: statusCode, headers, text: body.toString(), body });
      });
      request.end(body);
    });
  return {
    port,
    origin,
    url,
    webSocketUrl: url.replace('http', 'ws'),
    query: async (query, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = await response.json();
      return { status: response.status, data, errors };
    },
    send,
    post: (query, headers = {}, more = {}) => {
      const body = JSON.stringify({ query, ...more });
      return send({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    },
    get: (query, headers = {}) => send({ path: `/graphql?query=${encodeURIComponent(query)}`, headers }),
  };
}

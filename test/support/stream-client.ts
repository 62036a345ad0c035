import { once } from 'node:events';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';

/** An event stream and what came over it. */
export class StreamClient {
  readonly response: IncomingMessage;
  text = '';
  /** True once the response is complete or its connection has closed. */
  closed = false;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text) => {
      this.text += text;
    });
    response.on('error', () => {});
    response.on('close', () => {
      this.closed = true;
    });
  }

  /** The payloads of the events so far, as JSON. */
  get told(): readonly string[] {
    return [...this.text.matchAll(/^event: next\ndata: (.*)\n$/gm)].map(([, json = '']) => json);
  }

  /** The whole events so far, without comments. */
  get events(): readonly StreamEvent[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks.filter((block) => /^data:/m.test(block)).map(toEvent);
  }

  /** The number of comments so far. */
  get comments(): number {
    return this.text.split('\n\n').filter((block) => block === ':').length;
  }

  /** True if the server has said that the subscription has ended. */
  get isCompleted(): boolean {
    return this.text.endsWith('event: complete\ndata:\n\n');
  }

  leave(): void {
    this.response.destroy();
  }
}

/** An event; a field that it does not have is null. */
export interface StreamEvent {
  readonly event: string | null;
  readonly id: string | null;
  readonly retry: string | null;
  readonly data: string | null;
}

function toEvent(block: string): StreamEvent {
  const fieldOf = (name: string): string | null => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null;
  return { event: fieldOf('event'), id: fieldOf('id'), retry: fieldOf('retry'), data: fieldOf('data') };
}

export interface StreamClientOptions {
  readonly variables?: object;
  /** Further members of the JSON body. */
  readonly more?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Reuses connections; by default, each stream has one of its own. */
  readonly agent?: Agent;
}

/** Subscribes over server-sent events. Resolves when the server has answered with a stream or with a status. */
export async function openStream(url: string, query: string, options: StreamClientOptions = {}): Promise<StreamClient> {
  const { variables, more, headers, agent } = options;
  const asked = httpRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    agent: agent ?? false,
  });
  asked.end(JSON.stringify({ query, variables, ...more }));
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (!response) throw new TypeError('no response');
  return new StreamClient(response);
}

/** Requests an event stream by GET. Resolves when the server has answered with a stream or with a status. */
export async function getStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<StreamClient> {
  const asked = httpRequest(url, { method, headers: { accept: 'text/event-stream', ...headers }, agent: false });
  asked.end();
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (!response) throw new TypeError('no response');
  return new StreamClient(response);
}

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

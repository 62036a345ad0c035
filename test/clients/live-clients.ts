import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as apollo4 from '@apollo/client';
import { GraphQLWsLink as Apollo4Link } from '@apollo/client/link/subscriptions';
import { subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import * as apollo3 from 'apollo-client-3/core';
import { GraphQLWsLink as Apollo3Link } from 'apollo-client-3/link/subscriptions';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import {
  type ConcreteRequest,
  Environment,
  type GraphQLSingularResponse,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} from 'relay-runtime';
import WebSocket from 'ws';

/** What a front end saw of one subscription, each client with its default settings. */
export interface Seen {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  /** Errors that the client reported, as text. */
  readonly errors: readonly string[];
  /** True once the client took the subscription for over. */
  readonly ended: boolean;
}

export interface LiveClient {
  /** Starts the subscription of that name. */
  follow(name: string): Seen;
  stop(): void;
}

/** Subscriptions by name; each is named as its operation. */
export type Documents = Readonly<Record<string, string>>;

export type StartClient = (url: string, documents: Documents) => Promise<LiveClient>;

/** What a client reports to, and what a test reads. */
class Watch implements Seen {
  readonly data: Readonly<Record<string, unknown>>[] = [];
  readonly errors: string[] = [];
  ended = false;

  take(data: unknown): void {
    if (typeof data === 'object' && data !== null) this.data.push({ ...data });
  }

  fail(error: unknown): void {
    this.errors.push(error instanceof Error ? error.message : JSON.stringify(error));
  }

  end(): void {
    this.ended = true;
  }

  /** What an observable of the client is given, besides what to do with data. */
  get observer(): { readonly error: (error: unknown) => void; readonly complete: () => void } {
    return {
      error: (error) => {
        this.fail(error);
        this.end();
      },
      complete: () => this.end(),
    };
  }
}

function connect(url: string): SocketClient {
  return createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
}

function find(documents: Documents, name: string): string {
  return documents[name] ?? '';
}

/** graphql-ws and Relay have types of their own for a result. */
function isResponse(result: unknown): result is GraphQLSingularResponse {
  return typeof result === 'object' && result !== null && ('data' in result || 'errors' in result);
}

/** Relay's artifacts of all documents, made by its compiler as a front end's build makes them. */
async function compile(documents: Documents): Promise<(name: string) => ConcreteRequest> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-relay-'));
  try {
    const tags = Object.values(documents).map((text) => `graphql\`${text}\`;`);
    writeFileSync(join(folder, 'App.js'), tags.join('\n'));
    cpSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), join(folder, 'schema.graphql'));
    const config = { src: '.', schema: './schema.graphql', language: 'javascript', eagerEsModules: false };
    writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
    const compiler = fileURLToPath(import.meta.resolve('relay-compiler/cli.js'));
    await promisify(execFile)(process.execPath, [compiler, '--noWatchman', 'relay.config.json'], { cwd: folder });
    const load = createRequire(import.meta.url);
    const artifacts = new Map<string, ConcreteRequest>(
      Object.keys(documents).map((name) => [name, load(join(folder, '__generated__', `${name}.graphql.js`))]),
    );
    return (name) => {
      const artifact = artifacts.get(name);
      if (!artifact) throw new Error(`no artifact ${name}`);
      return artifact;
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The clients that an error event in a running subscription was found to end, or to stick in. */
export const liveClients: Readonly<Record<string, StartClient>> = {
  'Apollo Client 3': async (url, documents) => {
    const socket = connect(url);
    const client = new apollo3.ApolloClient({ link: new Apollo3Link(socket), cache: new apollo3.InMemoryCache() });
    return {
      follow: (name) => {
        const watch = new Watch();
        client.subscribe({ query: apollo3.gql(find(documents, name)) }).subscribe({
          ...watch.observer,
          next: ({ data, errors }) => {
            watch.take(data);
            for (const error of errors ?? []) watch.fail(error.message);
          },
        });
        return watch;
      },
      stop: () => void socket.dispose(),
    };
  },
  'Apollo Client 4': async (url, documents) => {
    const socket = connect(url);
    const client = new apollo4.ApolloClient({ link: new Apollo4Link(socket), cache: new apollo4.InMemoryCache() });
    return {
      follow: (name) => {
        const watch = new Watch();
        client.subscribe({ query: apollo4.gql(find(documents, name)) }).subscribe({
          ...watch.observer,
          next: ({ data, error }) => {
            watch.take(data);
            if (error) watch.fail(error);
          },
        });
        return watch;
      },
      stop: () => void socket.dispose(),
    };
  },
  'urql with graphcache': async (url, documents) => {
    const socket = connect(url);
    const client = new UrqlClient({
      url,
      preferGetMethod: false,
      exchanges: [
        cacheExchange({ keys: { Candle: () => null } }),
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe(
                { query, variables: { ...variables } },
                {
                  next: ({ data = null, errors }) => sink.next({ data, ...(errors ? { errors: [...errors] } : {}) }),
                  error: (error) => sink.error(error),
                  complete: () => sink.complete(),
                },
              ),
            }),
          }),
        }),
      ],
    });
    return {
      follow: (name) => {
        const watch = new Watch();
        client.subscription(find(documents, name), {}).subscribe(({ data, error, hasNext }) => {
          if (error) watch.fail(error);
          else watch.take(data);
          if (!hasNext) watch.end();
        });
        return watch;
      },
      stop: () => void socket.dispose(),
    };
  },
  Relay: async (url, documents) => {
    const socket = connect(url);
    const artifact = await compile(documents);
    const environment = new Environment({
      network: Network.create(
        () => {
          throw new Error('no queries here');
        },
        ({ text }, variables) =>
          Observable.create((sink) =>
            socket.subscribe(
              { query: text ?? '', variables },
              {
                next: (result: unknown) => {
                  if (isResponse(result)) sink.next(result);
                },
                error: (error) => sink.error(error instanceof Error ? error : new Error(JSON.stringify(error))),
                complete: () => sink.complete(),
              },
            ),
          ),
      ),
      store: new Store(new RecordSource()),
    });
    return {
      follow: (name) => {
        const watch = new Watch();
        requestSubscription(environment, {
          subscription: artifact(name),
          variables: {},
          onNext: (data) => watch.take(data),
          onError: (error) => {
            watch.fail(error);
            watch.end();
          },
          onCompleted: () => watch.end(),
        });
        return watch;
      },
      stop: () => void socket.dispose(),
    };
  },
};

/** A folder of src. Every import between two folders must be listed here, and every import listed must exist. */
interface Room {
  /** The other rooms that its files import from. */
  readonly imports: readonly string[];
  /** Its folders, each with the others of the same room that it imports from; '.' are the files directly in the room. */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
}

/** Each room imports only from those above it; '.' are the files directly in src. */
export const rooms: Readonly<Record<string, Room>> = {
  base: { imports: [] },
  config: { imports: ['base'] },
  market: {
    imports: ['base'],
    folders: {
      '.': [],
      model: ['.'],
      quotes: ['.', 'model'],
      ports: ['.', 'model'],
      screen: ['model'],
    },
  },
  exchange: {
    imports: ['base', 'market'],
    folders: {
      sim: [],
      ccxt: ['sim'],
      learned: [],
      http: ['ccxt'],
      quirks: ['ccxt'],
      normalize: ['ccxt', 'quirks'],
      proxy: ['ccxt', 'http'],
      access: ['ccxt', 'http', 'proxy'],
      markets: ['access', 'ccxt', 'http', 'normalize', 'quirks'],
      clients: ['access', 'ccxt', 'http', 'learned', 'markets', 'normalize', 'proxy', 'quirks'],
      fetch: ['access', 'ccxt', 'clients', 'http', 'learned', 'normalize', 'quirks'],
      streams: ['access', 'ccxt', 'clients', 'learned', 'normalize', 'quirks'],
    },
  },
  candles: {
    imports: ['base', 'market'],
    folders: {
      text: [],
      pages: ['text'],
      shared: ['pages'],
      timeframes: ['text'],
    },
  },
  cache: { imports: ['base', 'market'] },
  cluster: {
    imports: ['base', 'market'],
    folders: {
      '.': ['connection', 'live', 'members', 'requests', 'shared'],
      connection: [],
      members: ['connection'],
      wire: ['connection', 'members'],
      shared: ['connection'],
      requests: ['connection', 'members', 'wire'],
      live: ['connection', 'members', 'wire'],
    },
  },
  feed: {
    imports: ['base', 'market'],
    folders: {
      reconcile: [],
      polling: ['reconcile'],
      topics: ['polling', 'reconcile'],
      kinds: ['polling', 'reconcile', 'topics'],
      resume: ['reconcile', 'topics'],
      across: ['reconcile', 'topics'],
      live: ['across', 'kinds', 'polling', 'reconcile', 'resume', 'topics'],
      relay: ['kinds', 'live', 'reconcile', 'resume', 'topics'],
    },
  },
  indicators: { imports: ['base', 'market'] },
  graphql: {
    imports: ['base', 'feed', 'indicators', 'market'],
    folders: {
      '.': ['cost', 'documents', 'execution', 'schema', 'text'],
      cost: [],
      documents: ['cost'],
      text: [],
      execution: ['documents', 'text'],
      types: ['execution'],
      fields: ['types'],
      'json-schema': ['types'],
      schema: ['cost', 'execution', 'types'],
    },
  },
  server: {
    imports: ['base', 'feed', 'graphql', 'market'],
    folders: {
      http: [],
      access: [],
      observe: [],
      answers: ['access', 'http', 'observe'],
      routing: ['access', 'http', 'observe'],
      graphql: ['access', 'answers', 'http', 'observe'],
      fanout: [],
      sse: ['access', 'answers', 'fanout', 'graphql', 'http', 'observe'],
      fields: ['access', 'answers', 'observe'],
      rest: ['answers', 'fanout', 'fields', 'http', 'observe', 'routing', 'sse'],
      openapi: ['http', 'rest', 'routing'],
      mcp: ['access', 'fields', 'http', 'observe', 'routing'],
      doors: ['answers', 'graphql', 'http', 'routing', 'sse'],
      websocket: ['access', 'answers', 'fanout', 'graphql', 'http', 'observe'],
    },
  },
  telemetry: {
    imports: ['base', 'cluster', 'exchange', 'market'],
    folders: {
      log: [],
      metrics: [],
      tracing: [],
    },
  },
  app: {
    imports: [
      'base',
      'cache',
      'candles',
      'cluster',
      'config',
      'exchange',
      'feed',
      'graphql',
      'market',
      'server',
      'telemetry',
    ],
    folders: {
      '.': [],
      process: ['.'],
    },
  },
  commands: {
    imports: ['app', 'base', 'graphql', 'market', 'server', 'telemetry'],
    folders: {
      terminal: [],
      watch: ['terminal'],
      '.': ['terminal', 'watch'],
    },
  },
  '.': { imports: ['app', 'commands'] },
};

import type { Dice } from '../dice.ts';

/** An upgrade request. */
export interface Upgrade {
  readonly name: string;
  readonly text: string;
}

const valid = {
  line: 'GET /graphql HTTP/1.1',
  Host: '127.0.0.1',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'graphql-transport-ws',
};

/** Invalid or unusual values; null leaves the line out. */
const unusual: readonly (readonly [keyof typeof valid, readonly (string | null)[]])[] = [
  [
    'line',
    [
      'GET /other HTTP/1.1',
      'GET /graphql/ HTTP/1.1',
      'GET /graphql?x=%zz HTTP/1.1',
      'GET //graphql HTTP/1.1',
      'GET http://[::1 HTTP/1.1',
      'GET /graphql HTTP/1.0',
      'GET /graphql HTTP/9.9',
      'POST /graphql HTTP/1.1',
      'PUT /graphql HTTP/1.1',
      'CONNECT 127.0.0.1:80 HTTP/1.1',
      'GET /graphql\u0000 HTTP/1.1',
      `GET /${'a'.repeat(20_000)} HTTP/1.1`,
      'NONSENSE',
      '',
    ],
  ],
  ['Host', [null, '', '[::1', 'a b', 'x'.repeat(1000)]],
  ['Connection', [null, 'keep-alive', 'Upgrade, close', 'keep-alive, Upgrade', 'upgrade']],
  ['Upgrade', [null, 'h2c', 'WebSocket', 'websocket, h2c', 'websocket\u0000']],
  ['Sec-WebSocket-Version', [null, '8', '12', '14', '13, 8', 'x', '-13']],
  ['Sec-WebSocket-Key', [null, '', 'short', '?'.repeat(24), 'dGhlIHNhbXBsZSBub25jZQ=', 'x'.repeat(8000)]],
  [
    'Sec-WebSocket-Protocol',
    [
      null,
      '',
      'graphql-ws',
      'graphql-ws, graphql-transport-ws',
      'graphql-transport-ws, graphql-transport-ws',
      ',,,',
      'graphql-transport-ws;',
      '__proto__',
      'constructor, graphql-transport-ws',
    ],
  ],
];

const extras = [
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
  'Sec-WebSocket-Extensions: x; y="',
  'Content-Length: 100',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Authorization: Bearer x',
  'Origin: null',
  ': no name',
  'No colon',
  `X-Long: ${'x'.repeat(20_000)}`,
] as const;

/** An upgrade request, mostly a valid one. */
export function upgrade(dice: Dice): Upgrade {
  const headers: Record<string, string | null> = { ...valid };
  const names: string[] = [];
  if (dice.chance(20)) {
    const [name, values] = dice.pick(unusual);
    headers[name] = dice.pick(values);
    names.push(`${name} ${String(headers[name]).slice(0, 30)}`);
  }
  const { line, ...fields } = headers;
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  if (dice.chance(8)) {
    const extra = dice.pick(extras);
    lines.splice(dice.int(0, lines.length), 0, extra);
    names.push(extra.slice(0, 30));
  }
  return { name: names.join(', '), text: `${[line, ...lines].join('\r\n')}\r\n\r\n` };
}

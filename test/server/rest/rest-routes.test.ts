import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createResources, type Resource } from '../../../src/server/rest/resources.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let server: AppServer;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim'] } });
});

afterAll(() => server.stop());

const since = Date.UTC(2024, 0, 1);
const json = { 'content-type': 'application/json' };

function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  return server.send({ path, headers });
}

function historical(body: string, headers: Readonly<Record<string, string>> = json) {
  return server.send({ method: 'POST', path: '/api/historical', headers, body });
}

function toExamplePath({ path, example }: Resource): string {
  const used = new Set<string>();
  const filled = path.replaceAll(/[:*](\w+)/g, (_, name: string) => {
    used.add(name);
    return example[name] ?? '';
  });
  const others = Object.entries(example).filter(([name]) => !used.has(name));
  return `${filled}?${new URLSearchParams(others)}`;
}

test.each(createResources(schema).map((resource) => [resource.operationId, resource] as const))(
  '%s answers its example',
  async (_id, resource) => {
    const { status, headers, text } = await get(toExamplePath(resource));
    expect(status, text).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const body = JSON.parse(text);
    if (resource.partial === null) expect(body).not.toBeNull();
    else expect(body).toEqual({ [resource.partial]: expect.anything(), errors: [] });
  },
);

test('the body is byte for byte the value that GraphQL gives', async () => {
  const rest = await get(`/api/candles/sim/BTC-USDT?timeframe=1h&since=${since}&limit=50`);
  const query = `{ ohlcv(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", since: "2024-01-01T00:00:00Z", limit: 50) }`;
  const { text } = await server.post(query);
  expect(`{"data":{"ohlcv":${rest.text}}}`).toBe(text);
});

test.each(['BTC/USDT', 'BTC%2FUSDT', 'BTC-USDT', 'BTC//USDT'])('finds the market %s', async (symbol) => {
  const { status, text } = await get(`/api/market/sim/${symbol}`);
  expect(status).toBe(200);
  expect(JSON.parse(text).symbol).toBe('BTC/USDT');
});

test('a part that fails stands beside the others', async () => {
  const { status, text } = await get('/api/tickers/sim?symbols=BTC-USDT,NO-NE');
  expect(status).toBe(200);
  const { tickers, errors } = JSON.parse(text);
  expect(tickers).toEqual([expect.objectContaining({ symbol: 'BTC/USDT' }), null]);
  expect(errors).toEqual([expect.objectContaining({ status: 404, code: 'SYMBOL_NOT_FOUND', symbol: 'NO/NE' })]);
});

test.each([
  ['/api/nothing', 404, 'BAD_USER_INPUT', 'nothing at this path'],
  ['/api/ticker/sim/NO-NE', 404, 'SYMBOL_NOT_FOUND', 'NO/NE'],
  ['/api/ticker/sim/QQQQQQQ-WWWWWWW', 404, 'SYMBOL_NOT_FOUND', '; /api/markets/sim lists its symbols.'],
  ['/api/tickers/sim?symbols=QQQQQQQ-WWWWWWW', 404, 'SYMBOL_NOT_FOUND', '; /api/markets/sim lists its symbols.'],
  ['/api/ticker/zzzzzzz/BTC-USDT', 404, 'EXCHANGE_NOT_FOUND', '; /api/exchanges lists all ids.'],
  [
    '/api/stream/tickers/sim?symbols=BTC-USDT,QQQQQQQ-WWWWWWW',
    404,
    'SYMBOL_NOT_FOUND',
    '; skipUnknown=true leaves out unknown symbols.',
  ],
  ['/api/ticker/SIM/BTC-USDT', 404, 'EXCHANGE_NOT_FOUND', 'SIM'],
  ['/api/tickers/sim?symbols=NO-NE', 404, 'SYMBOL_NOT_FOUND', 'NO/NE'],
  ['/api/ticker/sim/%zz', 400, 'BAD_USER_INPUT', 'percent-encoding of the path'],
  ['/api/candles/sim/BTC-USDT?limit=%zz', 400, 'BAD_USER_INPUT', 'percent-encoding of the query string'],
  [
    '/api/candles/sim/BTC-USDT?limt=1',
    400,
    'BAD_USER_INPUT',
    'no parameter "limt"; did you mean limit? The parameters are limit, since, timeframe, until, format.',
  ],
  ['/api/candles/sim/BTC-USDT?formt=csv', 400, 'BAD_USER_INPUT', 'did you mean format?'],
  ['/api/candles/sim/BTC-USDT?limt', 400, 'BAD_USER_INPUT', 'no parameter "limt"'],
  ['/api/candles/sim/BTC-USDT?symbol=ETH-USDT', 400, 'BAD_USER_INPUT', 'symbol is part of the path'],
  ['/api/candles/sim/BTC-USDT?format=csv&format=json', 400, 'BAD_USER_INPUT', 'format is given 2 times'],
  ['/api/candles/sim/BTC-USDT?limit=1&limit=2', 400, 'BAD_USER_INPUT', 'limit is given 2 times'],
  ['/api/candles/sim/BTC-USDT?limit=abc', 400, 'BAD_USER_INPUT', 'limit'],
  ['/api/ticker/sim/BTC-USDT?format=csv', 406, 'BAD_USER_INPUT', 'only as json'],
  ['/api/candles/sim/BTC-USDT?format=xml', 400, 'BAD_USER_INPUT', 'json or csv'],
  ['/api/candles/sim/BTC-USDT?format=csv&limit=1000001&since=0', 400, 'BAD_USER_INPUT', '1000000'],
  ['/api/candles/sim/BTC-USDT?format=csv&limit=20000', 400, 'BAD_USER_INPUT', 'since'],
])('%s is the problem %i %s', async (path, status, code, words) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const problem = JSON.parse(answer.text);
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), status, code, retryable: false });
  expect(problem.detail).toContain(words);
});

test('a method that a path does not have is refused with those it has', async () => {
  const wrong = await server.send({ method: 'DELETE', path: '/api/ticker/sim/BTC-USDT' });
  expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
  const old = await get('/api/historical');
  expect([old.status, old.headers.allow]).toEqual([405, 'POST']);
});

test('shared caches keep no answer to a client with a key', async () => {
  const path = '/api/exchanges';
  expect((await get(path)).headers['cache-control']).toMatch(/^public, /);
  expect((await get(path, { authorization: 'Bearer x' })).headers['cache-control']).toMatch(/^private, /);
});

test('HEAD has the headers of GET and no body', async () => {
  const { status, headers, text } = await server.send({ method: 'HEAD', path: '/api/exchange/sim' });
  expect([status, text]).toEqual([200, '']);
  expect(Number(headers['content-length'])).toBeGreaterThan(0);
});

test('a client that has the answer receives 304, in its own media type only', async () => {
  const path = `/api/candles/sim/BTC-USDT?timeframe=1h&since=${since}&limit=5`;
  const first = await get(path);
  const etag = String(first.headers.etag);
  expect(first.headers.vary).toContain('Accept');
  const again = await get(path, { 'if-none-match': etag });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await get(path, { accept: 'text/csv', 'if-none-match': etag })).status).toBe(200);
});

test('the Accept header chooses the format, and the parameter takes precedence', async () => {
  const path = '/api/candles/sim/BTC-USDT?limit=1';
  const typeOf = async (more: string, accept: string) => (await get(path + more, { accept })).headers['content-type'];
  expect(await typeOf('', 'application/json;q=0.5, text/csv')).toBe('text/csv; charset=utf-8');
  expect(await typeOf('', 'text/csv;q=0.5, */*')).toBe('application/json; charset=utf-8');
  expect(await typeOf('&format=csv', 'application/json')).toBe('text/csv; charset=utf-8');
  expect((await get(path, { accept: 'image/png' })).status).toBe(406);
});

test('a CSV file of 20,000 candles has the rows of JSON, page by page', async () => {
  const hour = 3_600_000;
  const start = since - 30_000 * hour;
  const csv = await get(`/api/candles/sim/BTC-USDT?timeframe=1h&since=${start}&limit=20000&format=csv`);
  expect(csv.headers['content-disposition']).toBe('attachment; filename="sim-BTC-USDT-1h.csv"');
  const [header, ...lines] = csv.text.trimEnd().split('\r\n');
  expect(header).toBe('timestamp,datetime,open,high,low,close,volume');
  const rows: number[][] = [];
  for (const page of [0, 1, 2, 3]) {
    const from = start + page * 5000 * hour;
    rows.push(...JSON.parse((await get(`/api/candles/sim/BTC-USDT?timeframe=1h&since=${from}&limit=5000`)).text));
  }
  expect(lines.length).toBe(20_000);
  expect(
    lines.map((line) =>
      line
        .split(',')
        .filter((_, column) => column !== 1)
        .map(Number),
    ),
  ).toEqual(rows);
});

test.each([2000, 12_000])('a CSV file can have %i candles that are built from 59 others each', async (limit) => {
  const asked = `/api/candles/sim/BTC-USDT?timeframe=59m&since=${Date.UTC(2020, 0, 1)}`;
  const refused = await get(`${asked}&limit=2000`);
  expect(JSON.parse(refused.text)).toMatchObject({ code: 'BAD_USER_INPUT', maxLimit: 847 });
  const { status, text } = await get(`${asked}&limit=${limit}&format=csv`);
  const times = text
    .split('\r\n')
    .slice(1, -1)
    .map((line) => Number(line.split(',')[0]));
  expect([status, times.length]).toEqual([200, limit]);
  expect(new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toEqual(new Set([59 * 60_000]));
});

test('the old path answers the same rows as the resource', async () => {
  const rows = await get(`/api/candles/sim/BTC-USDT?timeframe=1h&since=${since}&limit=3`);
  const body = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1h', limit: 3, since, until: null };
  const old = await historical(JSON.stringify(body));
  expect([old.status, old.text]).toEqual([200, rows.text]);
  const hyphen = await historical(JSON.stringify({ ...body, symbol: 'BTC-USDT' }), {
    'content-type': 'application/vnd.api+json; charset=utf-8',
  });
  expect([hyphen.status, hyphen.text]).toEqual([200, rows.text]);
});

test.each([
  ['{"exchange":"sim","symbol":"BTC/USDT","tf":"1h"}', 400],
  ['[1]', 400],
  ['{', 400],
  [`{"exchange":"${'x'.repeat(2_000_000)}"}`, 413],
])('the old path refuses the body %.40s', async (body, status) => {
  const answer = await historical(body);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
});

test.each([
  ['{"exchange":', 'The body is not valid JSON in UTF-8; it must be an object, such as {'],
  [Buffer.from('{"exchange":"\xff"}', 'latin1'), 'The body is not valid JSON in UTF-8'],
  ['null', 'The body must be a JSON object, such as {'],
])('the old path says what is wrong with the body %s', async (body, words) => {
  const { status, text } = await server.send({ method: 'POST', path: '/api/historical', headers: json, body });
  expect([status, JSON.parse(text).detail]).toEqual([400, expect.stringContaining(words)]);
});

test('the old path reads a body with a byte order mark, as Windows writes it', async () => {
  const { status, text } = await historical('\ufeff{"exchange":"sim","symbol":"BTC/USDT","limit":2}');
  expect([status, JSON.parse(text).length]).toEqual([200, 2]);
});

test('the old path refuses a parameter of the query string that it would overlook', async () => {
  const body = '{"exchange":"sim","symbol":"BTC/USDT","limit":2}';
  const post = (search: string) =>
    server.send({ method: 'POST', path: `/api/historical?${search}`, headers: json, body });
  const { status, text } = await post('limit=5');
  expect([status, JSON.parse(text).detail]).toEqual([400, expect.stringContaining('write "limit" in the JSON body')]);
  expect((await post('format=csv')).headers['content-type']).toBe('text/csv; charset=utf-8');
});

test('an empty parameter and a slash at the end of the path change nothing', async () => {
  const path = `/api/candles/sim/BTC-USDT`;
  const search = `timeframe=1h&since=${since}&limit=3`;
  const { text } = await get(`${path}?${search}`);
  for (const same of [`${path}/?${search}`, `${path}?${search}&until=&format=`]) {
    expect([(await get(same)).status, (await get(same)).text]).toEqual([200, text]);
  }
  expect((await get('/api/exchanges/')).status).toBe(200);
});

test('the old path refuses a body that is not JSON', async () => {
  expect((await historical('exchange=sim', { 'content-type': 'text/plain' })).status).toBe(415);
});

import { expect, test } from 'vitest';
import { schema } from '../../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../../src/server/openapi/document/create-open-api.ts';
import type { OpenApi } from '../../../../src/server/openapi/document/open-api.ts';
import { renderApiPage } from '../../../../src/server/openapi/page/api-page.ts';
import { describe } from '../../../../src/server/openapi/page/html.ts';
import { toTypeText } from '../../../../src/server/openapi/page/type-text.ts';

const document = createOpenApi({ schema, version: '1', requiresKey: false });

/** Members whose texts are written on the page. */
const shown = /^(?:title|version|summary|description|name|operationId|tags|enum|default|example|url)$/;

/** The same document, in which every text that the page shows ends with this one. */
function withEveryText(ending: string): OpenApi {
  let name = '';
  const copy: OpenApi = JSON.parse(JSON.stringify(document), (key, value: unknown) => {
    if (key !== '' && !/^\d+$/.test(key)) name = key;
    return typeof value === 'string' && shown.test(name) ? value + ending : value;
  });
  return copy;
}

/** The tags of a page with the names of their attributes, without any text. */
function skeletonOf(page: string): readonly string[] {
  const body = page.slice(page.indexOf('</style>'));
  return [...body.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, ''));
}

test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onclick='alert(1)", '&lt;b&gt;&'])(
  'a text that ends with %s stays a text',
  (ending) => {
    const page = renderApiPage(withEveryText(ending));
    expect(page.length).toBeGreaterThan(renderApiPage(document).length + 100 * ending.length);
    expect(skeletonOf(page)).toEqual(skeletonOf(renderApiPage(withEveryText('x'.repeat(ending.length)))));
    expect(page).not.toContain(ending);
  },
);

test('every link within the page leads somewhere, and every id is unique', () => {
  const page = renderApiPage(document);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...page.matchAll(/ href="#([^"]*)"/g)].map(([, id]) => id);
  expect(targets.length).toBeGreaterThan(100);
  expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  const labels = [...page.matchAll(/ aria-labelledby="([^"]*)"/g)].map(([, id]) => id);
  expect(labels.filter((id) => !ids.includes(id))).toEqual([]);
});

test('no link begins at the root, which would leave out the prefix of a proxy', () => {
  expect(renderApiPage(document)).not.toMatch(/ (?:href|src)="\//);
});

test('the commands have a key if one is needed', () => {
  const withKeys = renderApiPage(createOpenApi({ schema, version: '1', requiresKey: true }));
  expect(withKeys).toContain('-H &quot;authorization: Bearer $API_KEY&quot;');
  expect(renderApiPage(document)).not.toContain('API_KEY&quot;');
});

test('says of each parameter where it is, its type, its default, and whether it is required', () => {
  const page = renderApiPage(document);
  const cellsOf = (operation: string, name: string) => {
    const table = page.split(`<caption>Parameters of ${operation}</caption>`)[1]?.split('</table>')[0] ?? '';
    const row = table.split('<tr>').find((each) => each.includes(`<code>${name}</code></th>`)) ?? '';
    return [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, ''));
  };
  expect(cellsOf('getTrades', 'exchange').slice(0, 2)).toEqual(['path, required', 'string']);
  expect(cellsOf('getTrades', 'limit').slice(0, 2)).toEqual(['query', 'integer; by default 50']);
  expect(cellsOf('getTickers', 'symbols').slice(0, 2)).toEqual(['query, required', 'list of (string)']);
  expect(cellsOf('getScreen', 'order').slice(0, 2)).toEqual(['query', 'one of ASC, DESC; by default DESC']);
  expect(cellsOf('getTicker', 'If-None-Match').slice(0, 2)).toEqual(['header', 'string']);
});

test('names the members of answers with their types, and links to the tables of objects', () => {
  const page = renderApiPage(document);
  const textOf = (heading: string) => page.split(heading)[1]?.split('</article>')[0] ?? '';
  expect(textOf('id="getTickers"')).toContain('list of (<a href="#schema-Ticker">Ticker</a> or null)');
  expect(textOf('id="getCandles"')).toContain('list of ([integer, number, number, number, number, number])');
  expect(textOf('id="streamTicker"')).toContain('text/event-stream, the data of each event: <a href="#schema-Ticker">');
  const ticker = textOf('id="schema-Ticker"');
  expect(ticker).toContain('<code>last</code></th><td>number or null</td>');
  expect(ticker).toContain('<code>datetime</code></th><td>date-time or null</td>');
});

test('answers and errors have an example that unfolds', () => {
  const page = renderApiPage(document);
  const examplesOf = (begin: string, end = '</article>') => {
    const text = page.split(begin)[1]?.split(end)[0] ?? '';
    return [...text.matchAll(/<details><summary>(.*?)<\/summary>\n<pre tabindex="0"><code>(.)/g)].map((found) =>
      found.slice(1).join(': '),
    );
  };
  expect(examplesOf('id="getTickers"')).toEqual(['Example of application/json: {']);
  expect(examplesOf('id="getCandles"')).toEqual(['Example of application/json: [', 'Example of text/csv: t']);
  expect(examplesOf('id="streamTrades"')).toEqual(['Example of text/event-stream: i']);
  expect(examplesOf('id="status-404"', '</tr>')).toEqual(['Example of application/problem+json: {']);
});

test('the commands have the parameters, the body, and what streams need', () => {
  const page = renderApiPage(document);
  const commandOf = (id: string) => /<pre[^>]*><code>(.*?)<\/code>/s.exec(page.split(` id="${id}"`)[1] ?? '')?.[1];
  expect(commandOf('getTickers')).toBe('curl &quot;$TICKQL/api/tickers/sim?symbols=BTC/USDT,ETH/USDT&quot;');
  expect(commandOf('getFundingRate')).toBe('curl &quot;$TICKQL/api/funding-rate/sim/BTC-USDT:USDT&quot;');
  expect(commandOf('streamTicker')).toBe('curl -N &quot;$TICKQL/api/stream/ticker/sim/BTC-USDT&quot;');
  const body = JSON.stringify({ exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1h', limit: 3 });
  const escaped = `-H 'content-type: application/json' -d '${body}'`.replaceAll("'", '&#39;').replaceAll('"', '&quot;');
  expect(commandOf('postHistorical')).toBe(`curl &quot;$TICKQL/api/historical&quot; ${escaped}`);
});

test('what stands between backticks is code, and paragraphs stay apart', () => {
  expect(describe('With `since`, the first.\n\nThen <more>.').map(({ text }) => text)).toEqual([
    '<p>With <code>since</code>, the first.</p>\n',
    '<p>Then &lt;more&gt;.</p>\n',
  ]);
});

test('a list that can be null says so', () => {
  const names = { type: ['array', 'null'], items: { type: 'string' } } as const;
  expect(toTypeText(names).text).toBe('list of (string) or null');
  expect(toTypeText({ type: 'array', items: { type: 'string' } }).text).toBe('list of (string)');
});

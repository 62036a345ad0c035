import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBuiltServer } from './built-server.ts';
import { launchMeasuredBrowser } from './measured-browser.ts';
import { servePlainPage } from './plain-page.ts';
import { median, start } from './processes.ts';
import type { PageVenueCommand, PageVenueReport } from './servers/page-venue.ts';

// What the live page costs: CPU time of Chromium for a watch list whose markets all change ten times a second, the time
// until the first price, and the bytes of scripts and styles.

const count = 60;
const callMs = 100;
const seconds = Number(process.env.SECONDS ?? 20);
const opened = 5;
const settleMs = 5000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');

const venue = start<PageVenueCommand, PageVenueReport>('./servers/page-venue', [count, callMs].map(String));
const { config } = await venue.wait('ready');
const server = await startBuiltServer({ exchanges: { binance: { ...config } } });
const browser = await launchMeasuredBrowser();
const markets = Array.from({ length: count }, (_, index) => ({ exchange: 'binance', symbol: `C${index}/USDT` }));
const plain = await servePlainPage(server.port, markets);
const home = `http://127.0.0.1:${server.port}/`;
const list = markets.map(({ exchange, symbol }) => `${exchange}:${symbol}`).join();
const watchList = `${home}#/markets?name=Bench&list=${list}`;

/** The share of a core that Chromium uses while a page is open, after it has settled. */
async function measureCpu(url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await wait(settleMs);
  const before = browser.cpuMs();
  await wait(seconds * 1000);
  const used = browser.cpuMs() - before;
  await context.close();
  return used / (seconds * 1000);
}

/** The time from the navigation until an element has a text like this, in ms: the median of some visits. */
async function measureOpening(url: string, selector: string, text: string): Promise<number> {
  const times: number[] = [];
  for (let visit = 0; visit < opened; visit++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    const found = await page.waitForFunction(
      `${text}.test(document.querySelector('${selector}')?.textContent ?? '') && performance.now()`,
      undefined,
      { polling: 'raf' },
    );
    times.push(Number(await found.jsonValue()));
    await context.close();
  }
  return median(times);
}

const idle = await measureCpu(watchList);
const firstPrice = await measureOpening(home, 'td.last', '/[0-9]/');
const graphiql = await measureOpening(`${home}graphql`, '.graphiql-container', '/./');
venue.send({ type: 'begin' });
const live = await measureCpu(watchList);
const peer = await measureCpu(plain.url);

const folder = fileURLToPath(new URL('../../page/', import.meta.url));
const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(js|css)\.br$/.test(file))
  .reduce((sum, file) => sum + statSync(`${folder}${file}`).size, 0);

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
process.stdout.write(
  `\n${count} markets, ten prices a second each, over ${seconds} s\n\n` +
    '| page | of a core |\n|---|---|\n' +
    `| the watch list | ${percent(live)} (goal 50 %: ${verdict(live < 0.5)}) |\n` +
    `| the watch list, no price moves | ${percent(idle)} |\n` +
    `| plain JavaScript, six columns | ${percent(peer)} |\n` +
    `\nMedian of ${opened} first visits\n\n| page | time |\n|---|---|\n` +
    `| the watch list, first price | ${firstPrice.toFixed(0)} ms (goal 1,000 ms: ${verdict(firstPrice < 1000)}) |\n` +
    `| GraphiQL, its frame | ${graphiql.toFixed(0)} ms |\n` +
    `\nscripts and styles: ${(bytes / 1000).toFixed(0)} KB in brotli (goal 200 KB: ${verdict(bytes <= 200_000)})\n`,
);
plain.close();
await browser.close();
await server.stop();
await venue.stop();

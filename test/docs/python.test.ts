import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PageFolder, writePageFiles } from '../support/page-code.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

const python = '/usr/bin/python3';
const said = 'http://localhost:4000/graphql';

describe.runIf(existsSync(python) || process.env.CI)('Python, with its standard library alone', () => {
  let running: AppServer;
  let folder: PageFolder;
  let child: ChildProcess;
  let output: string;

  beforeAll(async () => {
    running = await startServer();
    folder = writePageFiles({ 'tickql.py': { [said]: running.url }, 'prices.py': {} });
  });

  afterAll(async () => {
    if (child.exitCode === null) child.kill();
    await running.stop();
    folder.remove();
  });

  test('the program queries, names what failed, prints each event as it comes, and ends with the stream', async () => {
    // Isolated (-I), but for the page's own module beside the program.
    child = spawn(python, ['-I', '-c', 'import sys; sys.path.insert(0, ""); import prices'], { cwd: folder.path });
    output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    const exited = once(child, 'exit');
    await eventually(() => output.split('\n').length > 6);
    const [btc, eth, error, ...events] = output.trimEnd().split('\n');
    expect(btc).toMatch(/^BTC\/USDT \d+(\.\d+)?$/);
    expect(eth).toMatch(/^ETH\/USDT \d+(\.\d+)?$/);
    expect(error).toContain('sim has no market "NO/SUCH"');
    for (const event of events) expect(event).toMatch(/^(BTC|ETH)\/USDT \d+(\.\d+)? False$/);
    await running.stop();
    expect(await exited).toEqual([0, null]);
    expect(output).not.toContain('Traceback');
  });

  test('the events of a subscription end when the server completes it', async () => {
    const events = ':\n\nevent: next\ndata: {"data":{"a":1}}\n\n:\n\nevent: complete\ndata:\n\n';
    const site = createServer((_request, response) =>
      response.setHeader('content-type', 'text/event-stream').end(events),
    );
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const program =
      'import sys; sys.path.insert(0, ""); import tickql; tickql.URL = sys.argv[1]; print(list(tickql.subscribe("")))';
    const { stdout } = await promisify(execFile)(python, ['-I', '-c', program, url], { cwd: folder.path });
    expect(stdout.trim()).toBe("[{'data': {'a': 1}}]");
    site.close();
  });
});

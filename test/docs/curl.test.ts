import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPageBlocks } from '../support/page-code.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

let running: AppServer;

beforeAll(async () => {
  running = await startServer();
});

afterAll(() => running.stop());

/** Runs a command of the page in a shell until it ends or has printed so many lines. */
async function run(command: string, lines: number): Promise<readonly string[]> {
  const said = 'http://localhost:4000/graphql';
  expect(command).toContain(said);
  const child = spawn('/bin/sh', ['-c', `exec ${command.replace(said, running.url)}`]);
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => child.exitCode !== null || output.split('\n').length > lines);
  child.kill();
  await exited;
  return output.split('\n');
}

test.runIf(existsSync('/usr/bin/curl') || process.env.CI)(
  'the query and the subscription print what they should',
  async () => {
    const [query = '', subscription = '', ...others] = readPageBlocks('sh');
    expect(others).toEqual([]);
    const [answer = ''] = await run(query, Number.POSITIVE_INFINITY);
    expect(JSON.parse(answer)).toEqual({ data: { ticker: { last: expect.any(Number), stale: false } } });
    const events = (await run(subscription, 9)).slice(0, -1).filter((line) => line.startsWith('data: '));
    expect(events.length).toBeGreaterThan(1);
    for (const event of events) {
      const { data } = JSON.parse(event.slice('data: '.length));
      expect(data).toEqual({ tickerUpdated: { last: expect.any(Number), stale: false } });
    }
    await eventually(() => running.app.counts.operations === 0);
  },
);

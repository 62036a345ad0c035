import { Agent, request } from 'node:http';
import { PostConnection } from './post-connection.ts';

// A process that asks a server for the same things again and again: at a fixed rate, or as fast as it can.

/** A command from the parent process. */
export interface HotLoadCommand {
  /** `rate`: each connection asks every 50 ms, whether earlier requests are answered or not. `flood`: at once. */
  readonly type: 'rate' | 'flood';
  readonly port: number;
  /** The JSON to post, in turn. */
  readonly bodies: readonly string[];
  readonly seconds: number;
}

/** The results, by the number of their body. */
export type HotLoadReport =
  | { readonly type: 'rate'; readonly kinds: readonly KindReport[] }
  | { readonly type: 'flood'; readonly perSecond: number };

export interface KindReport {
  readonly requests: number;
  /** From the moment at which the request should have been sent, in ms. */
  readonly p50: number;
  readonly p99: number;
  /** Age of the oldest value when its answer arrived, in ms; null if the answers name no times. */
  readonly oldestMs: number | null;
}

const connections = 32;
const intervalMs = 50;
const headers = { 'content-type': 'application/json', accept: 'application/json' };
const receivedAt = /"receivedAt":(\d+)/g;

process.on('message', (command: HotLoadCommand) => {
  const done = command.type === 'rate' ? askAtRate(command) : flood(command);
  done.then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.stderr.write(`${error}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());

async function askAtRate({ port, bodies, seconds }: HotLoadCommand): Promise<HotLoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const kinds = bodies.map(() => ({ latencies: [] as number[], ages: [] as number[] }));
  const answers: Promise<void>[] = [];
  const ask = async (turn: number): Promise<void> => {
    const dueAt = performance.now();
    const text = await post(port, bodies[turn % bodies.length] ?? '', agent);
    const kind = kinds[turn % bodies.length];
    kind?.latencies.push(performance.now() - dueAt);
    const now = Date.now();
    for (const [, instant] of text.matchAll(receivedAt)) kind?.ages.push(now - Number(instant));
  };
  const ticks = (seconds * 1000) / intervalMs;
  const startedAt = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    // Connections take turns, so that requests do not come in bursts.
    for (let connection = 0; connection < connections; connection++) {
      const dueAt = startedAt + (tick + connection / connections) * intervalMs;
      const waitMs = dueAt - performance.now();
      if (waitMs >= 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
      answers.push(ask(tick * connections + connection + tick));
    }
  }
  await Promise.all(answers);
  agent.destroy();
  return {
    type: 'rate',
    kinds: kinds.map(({ latencies, ages }) => {
      const sorted = latencies.sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
      const oldestMs = ages.length > 0 ? ages.reduce((oldest, age) => Math.max(oldest, age)) : null;
      return { requests: sorted.length, p50: at(0.5), p99: at(0.99), oldestMs };
    }),
  };
}

async function flood({ port, bodies, seconds }: HotLoadCommand): Promise<HotLoadReport> {
  const begunAt = performance.now();
  const endsAt = begunAt + seconds * 1000;
  let answered = 0;

  async function ask(connection: PostConnection): Promise<void> {
    for (let turn = 0; performance.now() < endsAt; turn++) {
      if (!(await connection.post(bodies[turn % bodies.length] ?? '', 0)))
        throw new Error('a request was not answered');
      answered += 1;
    }
    connection.close();
  }

  const opened = await Promise.all(Array.from({ length: connections }, () => PostConnection.open(port)));
  await Promise.all(opened.map(ask));
  return { type: 'flood', perSecond: (answered * 1000) / (performance.now() - begunAt) };
}

function post(port: number, body: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers, agent };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && text.startsWith('{"data":{')) resolve(text);
        else reject(new Error(`answered ${response.statusCode} ${text.slice(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

import { isDeepStrictEqual } from 'node:util';
import { graphql } from 'graphql';
import { schema } from '../src/graphql/schema/schema.ts';
import type { LoadCommand, LoadReport } from './load.ts';
import { createPeerContext } from './peer-context.ts';
import { type BenchProcess, start } from './processes.ts';
import { queryServers, type Sample, toReport } from './query-report.ts';
import { type RequestKind, requestKinds } from './requests.ts';
import type { QueryCommand, QueryReport } from './servers/query-driver.ts';

// How many requests per second this server and others answer with the same schema and data, in turn within one run.

const rounds = Number(process.env.ROUNDS ?? 3);
const seconds = Number(process.env.SECONDS ?? 5);
const warmUpSeconds = Number(process.env.WARM_UP_SECONDS ?? 2);

/** How much shorter an answer with other numbers may be. */
const lengthTolerance = 0.95;

const createContext = createPeerContext();

/** The correct answer to the `n`th request, from graphql-js. */
async function expectedOf(kind: RequestKind, n: number): Promise<string> {
  const { query, variables } = JSON.parse(kind.body(n));
  const contextValue = createContext();
  const result = await graphql({ schema, source: query, variableValues: variables, contextValue });
  if (result.errors) throw new Error(`${kind.name} cannot be answered`, { cause: result.errors });
  return JSON.stringify(result);
}

/** Resolves with the answer; rejects unless it has status 200 and is correct. */
async function checkAnswer(port: number, kind: RequestKind, n: number, isLastAttempt = false): Promise<string> {
  const expected = await expectedOf(kind, n);
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: kind.body(n),
  });
  const answer = await response.text();
  if (response.status === 200 && isDeepStrictEqual(JSON.parse(answer), JSON.parse(expected))) return expected;
  // A minute, and with it a candle, may have ended between the two.
  if (!isLastAttempt) return checkAnswer(port, kind, n, true);
  throw new Error(`${kind.name} was answered ${response.status} ${answer.slice(0, 500)}`);
}

/** Measures one server with each kind of request. `from` is the number of the first request that was not sent yet. */
async function measure(file: string, load: BenchProcess<LoadCommand, LoadReport>, from: number): Promise<Sample[]> {
  const server = start<QueryCommand, QueryReport>(file);
  const { port } = await server.wait('ready');
  const samples: Sample[] = [];
  for (const kind of requestKinds) {
    server.send({ type: 'serve', body: await expectedOf(kind, from) });
    await server.wait('serving');
    const { length } = await checkAnswer(port, kind, from);
    const minLength = kind.variesInLength ? 0 : length * lengthTolerance;
    const run = async (first: number, duration: number): Promise<LoadReport> => {
      load.send({ type: 'run', port, kind: kind.name, from: first, seconds: duration, minLength });
      return load.wait('result');
    };
    const { next } = await run(from + 1, warmUpSeconds);
    server.send({ type: 'begin' });
    await server.wait('begun');
    const result = await run(next, seconds);
    server.send({ type: 'end' });
    const { cpuMicros } = await server.wait('ended');
    if (result.failed > 0) throw new Error(`${file} failed to answer ${result.failed} requests of ${kind.name}`);
    samples.push({
      file,
      kind,
      perSecond: result.requests / result.seconds,
      p99: result.p99,
      cpuMicros: cpuMicros / result.requests,
      busy: cpuMicros / 1e6 / result.seconds,
    });
  }
  await server.stop();
  return samples;
}

const load = start<LoadCommand, LoadReport>('./load');
const samples: Sample[] = [];
for (let round = 0; round < rounds; round++) {
  // Each server runs in its own process, so requests sent to one are new to the next.
  for (const { file } of queryServers) samples.push(...(await measure(file, load, 0)));
}
await load.stop();
process.stdout.write(`\n32 connections, ${rounds} rounds of ${seconds} s, medians\n${toReport(samples)}`);

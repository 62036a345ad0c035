import { getOperationAST } from 'graphql';
import type { WiredApp } from '../app/create-app.ts';
import { withLocalApp } from '../app/process/local-app.ts';
import { toClientError } from '../graphql/execution/errors.ts';
import { localPrincipal } from '../server/access/gate.ts';
import { Answer, isInPieces } from '../server/answers/answer.ts';
import { type DeclinedQuery, findDeclineErrors } from '../server/answers/decline-errors.ts';
import { jsonFormat } from '../server/answers/operation-request.ts';
import { RequestRecord } from '../server/observe/request-record.ts';
import { exitCode, type RunCommand, type Terminal } from './terminal/command.ts';
import { parseArguments } from './terminal/parse-arguments.ts';
import { UsageError } from './terminal/usage-error.ts';
import { whenAborted } from './terminal/when-aborted.ts';

interface Printed {
  readonly json: string;
  readonly hasErrors: boolean;
}

/** Answers one query as the server would, and prints the answer. */
export const query: RunCommand = async (args, terminal) => {
  const request = await readRequest(args, terminal);
  const { signal, out } = terminal;
  const printed = await withLocalApp(terminal.env, (wired) =>
    Promise.race([answer(wired, request), whenAborted(signal)]),
  );
  if (!printed) return exitCode.interrupted;
  const json = out.isTerminal ? JSON.stringify(JSON.parse(printed.json), null, 2) : printed.json;
  await out.write(`${json}\n`);
  return printed.hasErrors ? exitCode.failure : exitCode.ok;
};

async function readRequest(args: readonly string[], { readInput }: Terminal): Promise<DeclinedQuery> {
  const options = { variables: { type: 'string' }, operation: { type: 'string' } } as const;
  const { values, positionals } = parseArguments({ args: [...args], options, allowPositionals: true });
  const [given, ...others] = positionals;
  if (others.length > 0) {
    throw new UsageError(`query takes one query, but ${positionals.length} were given: put it in single quotes.`);
  }
  const text = given === '-' ? await readInput() : (given ?? '');
  if (text.trim() === '') {
    throw new UsageError(
      "query needs a query, for example '{ exchanges { id } }', or - to read it from standard input.",
    );
  }
  return { query: text, operationName: values.operation || null, variables: readVariables(values.variables) };
}

function readVariables(text: string | undefined): DeclinedQuery['variables'] {
  if (text === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // The error below says what is expected.
  }
  throw new UsageError(`--variables must be a JSON object, for example '{"symbol":"BTC/USDT"}'.`);
}

async function answer({ answers, engine }: WiredApp, request: DeclinedQuery): Promise<Printed> {
  const record = new RequestRecord('http', () => {}, null, null);
  try {
    const operation = { format: jsonFormat, text: JSON.stringify(request) };
    const answered = await answers.answer(localPrincipal, operation, record);
    if (answered instanceof Answer) {
      return { json: toText(answered), hasErrors: answered.outcome.code !== 'ok' };
    }
    if (answered.declined === 'not-a-query') throw notAQuery(engine.documents.get(request.query).document, request);
    return toPrinted(await findDeclineErrors(engine, request));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return toPrinted([toClientError(error, engine.report)]);
  }
}

function notAQuery(document: Parameters<typeof getOperationAST>[0], { operationName }: DeclinedQuery): UsageError {
  if (getOperationAST(document, operationName)?.operation === 'mutation') {
    return new UsageError('query answers queries, and this is a mutation: TickQL has none.');
  }
  return new UsageError(
    'query answers queries, and this is a subscription: use tickql watch for prices, or start the server and subscribe with a client.',
  );
}

function toPrinted(errors: readonly object[]): Printed {
  return { json: JSON.stringify({ errors }), hasErrors: true };
}

function toText({ body }: Answer): string {
  if (typeof body === 'string') return body;
  return isInPieces(body) ? Buffer.concat(body).toString() : body.toString();
}

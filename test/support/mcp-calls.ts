import { createGraphQLEngine, type GraphQLEngine } from '../../src/graphql/engine.ts';
import { createGate, localPrincipal } from '../../src/server/access/gate.ts';
import { createAnswerService } from '../../src/server/answers/answer-service.ts';
import { PersistedQueries } from '../../src/server/answers/persisted-queries.ts';
import { FieldAnswers } from '../../src/server/fields/field-answers.ts';
import { ToolCalls } from '../../src/server/mcp/calling/tool-calls.ts';
import type { ToolResult } from '../../src/server/mcp/presenting/tool-result.ts';
import { RequestRecord } from '../../src/server/observe/request-record.ts';
import { FakeMarketData } from './fakes/fake-market-data.ts';
import { ManualClock } from './fakes/manual-clock.ts';
import { LiveFeeds } from './feed/live-feeds.ts';

/** The tools of MCP over market data that a test sets, without a transport. */
export interface McpCalls {
  readonly calls: ToolCalls;
  readonly marketData: FakeMarketData;
  readonly clock: ManualClock;
  /** The root fields and codes that metrics would count. */
  readonly recorded: readonly (readonly [field: string, code: string])[];
  call(name: string, values: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<CalledTool>;
}

export interface CalledTool {
  readonly result: ToolResult;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of structured content is up to its tool
  readonly data: any;
}

export interface McpCallsOptions {
  readonly ids?: readonly string[];
  readonly maxCost?: number;
  readonly costPerMinute?: number;
  readonly onInternalError?: (error: unknown) => void;
}

/** What the doors of MCP need, over market data that a test sets. */
export interface FieldParts {
  readonly fields: FieldAnswers;
  readonly engine: GraphQLEngine;
  readonly marketData: FakeMarketData;
  readonly clock: ManualClock;
}

export function startFields(options: McpCallsOptions = {}): FieldParts {
  const {
    ids = ['kraken', 'binance'],
    maxCost = 1_000_000,
    costPerMinute = null,
    onInternalError = () => {},
  } = options;
  const clock = new ManualClock();
  const marketData = new FakeMarketData(clock, ids);
  const limits = { maxTokens: 3000, maxDepth: 12, maxAliases: 100, maxCost };
  const live = new LiveFeeds().operations;
  const engine = createGraphQLEngine({ marketData, live, clock, limits, report: onInternalError });
  const persisted = new PersistedQueries(engine.documents.persisted);
  const answers = createAnswerService({ engine, gate: createGate({ costPerMinute }), persisted, clock });
  return { fields: new FieldAnswers({ answers, engine }), engine, marketData, clock };
}

export function createMcpCalls(options: McpCallsOptions = {}): McpCalls {
  const { fields, engine, marketData, clock } = startFields(options);
  const calls = new ToolCalls({ fields, engine, clock });
  const recorded: (readonly [string, string])[] = [];
  return {
    calls,
    marketData,
    clock,
    recorded,
    call: async (name, values, signal = new AbortController().signal) => {
      const record = new RequestRecord('mcp', (_transport, field, code) => recorded.push([field, code]), null, null);
      const result = await calls.call({ name, values, principal: localPrincipal, record, signal });
      return { result, text: result.content[0]?.text ?? '', data: result.structuredContent };
    },
  };
}

/** The error of a result as text; empty if it is none. */
export function errorOf({ result, text }: CalledTool): string {
  return result.isError === true ? text : '';
}

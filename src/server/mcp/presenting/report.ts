import type { AnswerError } from '../../fields/field-value.ts';
import { describeErrors, toErrorList } from './errors.ts';
import { describeFreshness, type Freshness } from './freshness.ts';
import { type Cut, describeCut, type Table } from './table.ts';
import { toLines, toTable } from './text.ts';
import type { ToolResult } from './tool-result.ts';
import type { JsonObject } from './values.ts';

/** What a tool has found, before it is written as text and as structured content. */
export interface Report {
  /** What it is, without a full stop: "Ticker of BTC/USDT on kraken". */
  readonly headline: string;
  /** Of a history, that of the rows that fit. */
  readonly freshness: Freshness | ((rows: readonly JsonObject[]) => Freshness);
  readonly simulated: boolean;
  /** Values that are not rows, under their names in the structured content. */
  readonly facts?: Readonly<Record<string, JsonObject>>;
  /** Further members of the structured content, which the headline or the table says in text. */
  readonly members?: JsonObject;
  readonly table?: Table;
  /** Errors that concern only a part of what was asked for. */
  readonly errors?: readonly AnswerError[];
}

/**
 * The maximum size of a result as JSON in UTF-8, in bytes. It leaves room below 40,000 for what the protocol adds. Agents
 * lose track of what they read in larger results, or refuse them.
 */
export const maxResultBytes = 39_500;

/** Writes a report with as many rows of its table as fit. */
export function writeReport(report: Report): ToolResult {
  const { table } = report;
  if (!table) return write(report, null, [], null);
  const fitting = (count: number): ToolResult => {
    const { rows, cut } = table.take(count);
    return write(report, table, rows, cut);
  };
  let fits = 0;
  let tooMany = table.count + 1;
  let result = fitting(table.count);
  if (isSmallEnough(result)) return result;
  tooMany = table.count;
  result = fitting(0);
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    const attempt = fitting(middle);
    if (isSmallEnough(attempt)) {
      fits = middle;
      result = attempt;
    } else tooMany = middle;
  }
  return result;
}

function write(report: Report, table: Table | null, rows: readonly JsonObject[], cut: Cut | null): ToolResult {
  const { headline, simulated, facts = {}, members = {}, errors = [] } = report;
  const freshness = typeof report.freshness === 'function' ? report.freshness(rows) : report.freshness;
  const made = simulated ? 'SIMULATED: the exchange sim is built in, and its prices are made up.' : '';
  const sections = [
    [`${headline}.`, describeFreshness(freshness), made].filter((sentence) => sentence !== '').join(' '),
    ...Object.values(facts).map(toLines),
    table
      ? rows.length === 0
        ? `No ${table.name}.`
        : toTable(table.columns, table.toCells ? rows.map(table.toCells) : rows)
      : '',
    cut ? describeCut(cut) : '',
    describeErrors(errors),
  ];
  return {
    content: [{ type: 'text', text: sections.filter((section) => section !== '').join('\n\n') }],
    structuredContent: {
      freshness,
      simulated,
      ...facts,
      ...members,
      ...(table ? { [table.name]: rows } : {}),
      ...(cut ? { cut } : {}),
      ...(errors.length > 0 ? { errors: toErrorList(errors) } : {}),
    },
  };
}

function isSmallEnough(result: ToolResult): boolean {
  return Buffer.byteLength(JSON.stringify(result)) <= maxResultBytes;
}

import { type Clock, systemClock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate, Principal } from '../access/gate.ts';
import { type RequestRecord, toCode } from '../observe/request-record.ts';
import { Answer } from './answer.ts';
import type { Declined, DeclineReason } from './declined.ts';
import type { UnreadOperation } from './operation-request.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import { createQueryRunner } from './query-runner.ts';
import { ResponseCache } from './response-cache.ts';

export interface AnswerServiceOptions {
  readonly engine: GraphQLEngine;
  readonly gate: Gate;
  readonly persisted: PersistedQueries;
  /** Decides how long answers are kept. */
  readonly clock?: Clock;
  /** Called once for each requested document, with true if it is known already. */
  readonly onDocument?: (isHit: boolean) => void;
  /** Called once for each operation that is declined. */
  readonly onDeclined?: (reason: DeclineReason) => void;
}

/**
 * The one way to answer a query over HTTP, whatever the door: look for a kept answer, parse, charge the cost, execute, and
 * keep the answer. A door passes the principal that the gate has identified and the record of the request. So quotas,
 * metrics, kept answers and errors are the same for every door. Operations over WebSockets do not come here: see
 * `SocketOperations`.
 */
export interface AnswerService {
  /**
   * Answers a query and records the outcome. Kept answers are charged to the principal's quota too. Returns an answer
   * that is kept and whose quota needs no waiting at once, without a promise. If the service declines, it resolves with
   * the reason and records nothing, and the door must answer by itself. Throws or rejects with an error that clients can
   * see, for example RATE_LIMITED, and records the error.
   */
  answer(principal: Principal, operation: UnreadOperation, record: RequestRecord): Answer | Promise<Answer | Declined>;
  /** Numbers of operations that have found a kept answer since the start, and of those that have not. */
  readonly lookups: Readonly<ResponseCache['lookups']>;
}

/** The maximum size of all kept answers, in bytes. */
const maxAnswerBytes = 32 * 1024 * 1024;

export function createAnswerService(options: AnswerServiceOptions): AnswerService {
  const { engine, gate, persisted, clock = systemClock, onDocument, onDeclined = () => {} } = options;
  const cache = new ResponseCache({ clock, maxBytes: maxAnswerBytes });
  const runQuery = createQueryRunner({ engine, persisted, ...(onDocument ? { onDocument } : {}) });

  async function run(principal: Principal, operation: UnreadOperation, key: string): Promise<Answer | Declined> {
    let isCharged = false;
    const charge = (cost: number): Promise<void> | void => {
      isCharged = true;
      return gate.takeCost(principal, cost);
    };
    const request = operation.format.read(operation.text);
    const made = request ? await runQuery(request, charge) : 'unreadable-request';
    if (made instanceof Answer) {
      cache.keep(key, made);
      return made;
    }
    onDeclined(made);
    return { declined: made, isCharged };
  }

  function succeed<A extends Answer | Declined>(made: A, record: RequestRecord): A {
    if (made instanceof Answer) record.answer(made.outcome.operation, made.outcome.code);
    return made;
  }

  function fail(thrown: unknown, record: RequestRecord): never {
    const error = toClientError(thrown, engine.report);
    record.answer(record.operation ?? 'invalid', toCode([error]));
    throw error;
  }

  return {
    lookups: cache.lookups,
    answer: (principal, operation, record) => {
      try {
        // Clients with different keys share no answers, in case answers ever depend on the client.
        const key = `${operation.format.name} ${principal.key}\n${operation.text}`;
        const kept = cache.find(key);
        const taken = kept ? gate.takeCost(principal, kept.cost) : undefined;
        if (kept && !taken) return succeed(kept, record);
        const making = kept && taken ? taken.then(() => kept) : run(principal, operation, key);
        return making.then(
          (made) => succeed(made, record),
          (thrown) => fail(thrown, record),
        );
      } catch (thrown) {
        return fail(thrown, record);
      }
    },
  };
}

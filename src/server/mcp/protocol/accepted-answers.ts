import { chooseMediaType } from '../../http/messages/accept.ts';

/** In which forms a client reads answers. */
export interface AcceptedAnswers {
  readonly json: boolean;
  readonly events: boolean;
}

/**
 * The protocol wants clients to accept both forms, so that the server can choose. Some accept only one: programs that post
 * JSON and expect JSON, and proxies that expect event streams. An answer here is a single message, which fits into both.
 */
export function readAccepted(accept: string | undefined): AcceptedAnswers {
  return {
    json: chooseMediaType(accept, ['application/json']) !== null,
    events: chooseMediaType(accept, ['text/event-stream']) !== null,
  };
}

/** The answer in a form that the client accepts. Errors with a status of their own are always JSON. */
export async function toAccepted(answer: Response, { json, events }: AcceptedAnswers): Promise<Response> {
  const type = answer.headers.get('content-type') ?? '';
  if (!events && type.startsWith('text/event-stream')) return toJson(answer);
  if (!json && answer.ok && type.startsWith('application/json')) return toEvents(answer);
  return answer;
}

/** The message of the stream; it has no other, apart from comments that keep it open. */
async function toJson(answer: Response): Promise<Response> {
  const messages = (await answer.text()).split('\n').filter((line) => line.startsWith('data: {'));
  const body = messages.at(-1)?.slice('data: '.length) ?? null;
  return new Response(body, { status: answer.status, headers: { 'content-type': 'application/json; charset=utf-8' } });
}

async function toEvents(answer: Response): Promise<Response> {
  const body = `event: message\ndata: ${await answer.text()}\n\n`;
  return new Response(body, { status: answer.status, headers: { 'content-type': 'text/event-stream' } });
}

/** How a WebSocket was closed. https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md lists the codes. */
export interface SocketClose {
  readonly code: number;
  /** What the server says about it; empty if the connection was cut. */
  readonly reason: string;
}

export const closeCode = { normal: 1000, cut: 1006, terminated: 4499, unauthorized: 4401 } as const;

/** Reads what graphql-ws passes on: a CloseEvent, or an error of its own that looks like one. */
export function toSocketClose(event: unknown): SocketClose {
  if (typeof event !== 'object' || event === null) return { code: closeCode.cut, reason: '' };
  const code = 'code' in event && typeof event.code === 'number' ? event.code : closeCode.cut;
  // graphql-ws uses this code when it gives up a connection by itself.
  const isOurs = code === closeCode.terminated;
  return { code, reason: 'reason' in event && typeof event.reason === 'string' && !isOurs ? event.reason : '' };
}

/** A sentence for people. */
export function describeClose({ reason }: SocketClose): string {
  return reason ? `The server closed the connection: ${reason}.` : 'The connection was cut.';
}

/** The error of subscriptions whose WebSocket was closed for a reason that another one would meet as well. */
export class SocketClosed extends Error {
  constructor(close: SocketClose) {
    super(describeClose(close));
  }
}

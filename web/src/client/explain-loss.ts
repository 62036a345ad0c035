/** Says what is known about a server to which no WebSocket can be opened: `url` is that of its readiness. */
export async function explainLoss(url: string, request: typeof fetch = fetch): Promise<string> {
  try {
    const { ok, status } = await request(url, { cache: 'no-store' });
    return ok
      ? 'The server answers, but no WebSocket to it can be opened. A proxy in between may not let WebSockets through.'
      : `The server is not ready, or a proxy cannot reach it: the answer has status ${status}.`;
  } catch {
    return 'The server cannot be reached.';
  }
}

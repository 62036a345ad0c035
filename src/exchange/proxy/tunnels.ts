import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectByTls } from 'node:tls';
import { DescriptorsError, toOpeningError } from '../http/opening-error.ts';
import { nameOf, type ProxyServer, type Target } from './address.ts';
import { openByHttp } from './http-tunnel.ts';
import { ProxyError } from './proxy-error.ts';
import { openBySocks } from './socks-tunnel.ts';

/**
 * Opens the connections of one ccxt instance through one proxy. If the proxy fails, the connections fail: nothing
 * bypasses it.
 */
export class ProxyTunnels {
  readonly #proxy: ProxyServer;
  readonly #timeoutMs: number;
  readonly #opening = new Set<AbortController>();
  #isClosed = false;

  /** `timeoutMs` is how long a connection may take to open, including TLS. */
  constructor(proxy: ProxyServer, timeoutMs: number) {
    this.#proxy = proxy;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * A connection to the target, with TLS if `tls` is given. Rejects with a ProxyError for a failure of the proxy, and
   * with Node's error if the target breaks off the TLS handshake.
   */
  async open(target: Target, tls: ConnectionOptions | null): Promise<Socket> {
    if (this.#isClosed) throw this.#error('is no longer used: this server has disconnected');
    const opening = new AbortController();
    const late = (): void => opening.abort(this.#error('did not open a connection in time'));
    const timer = setTimeout(late, this.#timeoutMs).unref();
    this.#opening.add(opening);
    try {
      const socket = await this.#dial(target, opening.signal);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      return tls === null ? socket : await encrypt(socket, tls, opening.signal);
    } catch (error) {
      // Node wraps the reason of an abort.
      throw opening.signal.aborted ? opening.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#opening.delete(opening);
    }
  }

  /** Aborts connections that are being opened, and opens no further ones. Open ones stay open. */
  close(): void {
    this.#isClosed = true;
    for (const opening of this.#opening) opening.abort(this.#error('is no longer used: this server is disconnecting'));
  }

  async #dial(target: Target, signal: AbortSignal): Promise<Socket> {
    const proxy = this.#proxy;
    try {
      return await (proxy.protocol.startsWith('socks') ? openBySocks : openByHttp)(proxy, target, signal);
    } catch (thrown) {
      const error = toOpeningError(thrown);
      if (error instanceof ProxyError || error instanceof DescriptorsError || signal.aborted) throw error;
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      throw this.#error(`cannot be reached or broke the connection${code}`);
    }
  }

  #error(what: string): ProxyError {
    return new ProxyError(`${nameOf(this.#proxy)} ${what}.`);
  }
}

function encrypt(socket: Socket, tls: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const encrypted = connectByTls({ ...tls, socket });
    const abort = (): void => {
      encrypted.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort);
    encrypted.once('secureConnect', () => {
      signal.removeEventListener('abort', abort);
      resolve(encrypted);
    });
    encrypted.once('error', reject);
  });
}

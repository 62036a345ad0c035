import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { requireDescriptors } from '../../base/file-descriptors.ts';
import { DescriptorsError, toOpeningError } from '../http/opening-error.ts';
import { nameOf, type ProxyServer, type Target, toAuthority } from './address.ts';
import { ProxyError } from './proxy-error.ts';

/**
 * Opens a connection through a SOCKS proxy (RFC 1928, RFC 1929). The proxy resolves the target's name, so this server
 * does not; SOCKS 4, which accepts IPv4 addresses only, is the exception.
 */
export async function openBySocks(proxy: ProxyServer, target: Target, signal: AbortSignal): Promise<Socket> {
  const { host, port, protocol, user, password } = proxy;
  requireDescriptors();
  // Few servers have such a proxy; the others need not load the package.
  const { SocksClient } = await import('socks');
  const address = protocol === 'socks4' ? await lookUp(proxy, target.host) : target.host;
  const socket = connect({ host, port });
  const abort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', abort);
  try {
    await once(socket, 'connect', { signal });
    const type = protocol === 'socks5' ? 5 : 4;
    await SocksClient.createConnection({
      command: 'connect',
      proxy: { host, port, type, userId: user, password },
      destination: { host: address, port: target.port },
      existing_socket: socket,
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof Error && 'code' in error) throw error;
    // The library's own error contains the password.
    const reason = error instanceof Error ? error.message : String(error);
    const destination = toAuthority(target.host, target.port);
    throw new ProxyError(`${nameOf(proxy)} did not connect to ${destination}: ${reason}.`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function lookUp(proxy: ProxyServer, host: string): Promise<string> {
  try {
    return (await lookup(host, 4)).address;
  } catch (thrown) {
    const error = toOpeningError(thrown);
    if (error instanceof DescriptorsError) throw error;
    const lack = `SOCKS 4 needs the IPv4 address of ${host}, which was not found; use socks4a or socks5`;
    throw new ProxyError(`${nameOf(proxy)} was not used: ${lack}.`);
  }
}

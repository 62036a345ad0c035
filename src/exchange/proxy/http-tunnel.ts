import { type ClientRequest, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { nameOf, type ProxyServer, type Target, toAuthority } from './address.ts';
import { toBasic } from './credentials.ts';
import { ProxyError } from './proxy-error.ts';

/** Opens a connection with the CONNECT method of an HTTP proxy (RFC 9110, 9.3.6). */
export function openByHttp(proxy: ProxyServer, target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = send(proxy, toAuthority(target.host, target.port), signal);
    request.on('error', reject);
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new ProxyError(`${nameOf(proxy)} ${refusal(statusCode, target)} (HTTP ${statusCode}).`));
      }
    });
    request.end();
  });
}

function send(proxy: ProxyServer, authority: string, signal: AbortSignal): ClientRequest {
  const { protocol, host, port } = proxy;
  const authorization = toBasic(proxy);
  const options = {
    ...{ host, port, method: 'CONNECT', path: authority, agent: false as const, signal },
    headers: { host: authority, ...(authorization === null ? {} : { 'proxy-authorization': authorization }) },
  };
  if (protocol === 'http') return requestByHttp(options);
  return requestByHttps({ ...options, servername: isIP(host) ? '' : host });
}

function refusal(status: number, { host, port }: Target): string {
  const target = toAuthority(host, port);
  // Some proxies answer 401 to a wrong password (tinyproxy 1.11), although that status is for servers.
  if (status === 407 || status === 401) return 'requires a username and password, or rejected those in its address';
  return status >= 500 ? `could not connect to ${target}` : `refused to connect to ${target}`;
}

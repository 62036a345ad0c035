import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for localhost and 127.0.0.1. Only clients that are configured to trust it accept it. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** The file of the certificate, for NODE_EXTRA_CA_CERTS. */
  readonly path: string;
  /** The file of the key. */
  readonly keyPath: string;
  remove(): void;
}

/** Creates a certificate with the openssl program, valid for a day. */
export function createCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return {
    key: readFileSync(key),
    cert: readFileSync(cert),
    path: cert,
    keyPath: key,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

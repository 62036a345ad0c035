import { expect, it } from 'vitest';
import { toMarketDataError } from '../../../src/exchange/access/errors.ts';
import { ccxtErrors } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { MarketDataError, type MarketDataErrorCode, marketDataErrorCodes } from '../../../src/market/errors.ts';
import { expectDiscreet } from '../../support/exchange/venue-client.ts';

type ErrorClass = new (message: string) => Error;

const exported: Readonly<Record<string, ErrorClass>> = await import(
  new URL('./src/base/errors.js', import.meta.resolve('ccxt')).href
);
const classes = Object.entries(exported).filter(([name]) => name !== 'default');

const permanent: readonly [MarketDataErrorCode, boolean] = ['BAD_EXCHANGE_RESPONSE', false];
const unavailable: readonly [MarketDataErrorCode, boolean] = ['EXCHANGE_UNAVAILABLE', true];
const unauthorised: readonly [MarketDataErrorCode, boolean] = ['AUTHENTICATION_REQUIRED', false];

// Every error class of ccxt, with its code and whether the same request may succeed later.
const expected: Readonly<Record<string, readonly [MarketDataErrorCode, boolean]>> = {
  BaseError: permanent,
  ExchangeError: permanent,
  AuthenticationError: unauthorised,
  PermissionDenied: unauthorised,
  AccountNotEnabled: unauthorised,
  AccountSuspended: unauthorised,
  ArgumentsRequired: ['BAD_USER_INPUT', false],
  BadRequest: ['BAD_USER_INPUT', false],
  BadSymbol: ['SYMBOL_NOT_FOUND', false],
  OperationRejected: permanent,
  NoChange: permanent,
  MarginModeAlreadySet: permanent,
  MarketClosed: unavailable,
  ManualInteractionNeeded: permanent,
  RestrictedLocation: ['GEO_BLOCKED', false],
  InsufficientFunds: permanent,
  InvalidAddress: permanent,
  AddressPending: permanent,
  InvalidOrder: permanent,
  OrderNotFound: permanent,
  OrderNotCached: permanent,
  OrderImmediatelyFillable: permanent,
  OrderNotFillable: permanent,
  DuplicateOrderId: permanent,
  ContractUnavailable: unavailable,
  NotSupported: ['NOT_SUPPORTED', false],
  InvalidProxySettings: ['EXCHANGE_UNAVAILABLE', false],
  ExchangeClosedByUser: unavailable,
  OperationFailed: unavailable,
  NetworkError: unavailable,
  DDoSProtection: ['RATE_LIMITED', true],
  RateLimitExceeded: ['RATE_LIMITED', true],
  ExchangeNotAvailable: unavailable,
  OnMaintenance: unavailable,
  InvalidNonce: unavailable,
  ChecksumError: ['BAD_EXCHANGE_RESPONSE', true],
  RequestTimeout: ['TIMEOUT', true],
  BadResponse: ['BAD_EXCHANGE_RESPONSE', true],
  NullResponse: ['BAD_EXCHANGE_RESPONSE', true],
  CancelPending: unavailable,
  UnsubscribeError: permanent,
};

const leaky = 'kraken GET https://api.kraken.com/0/public/Ticker?key=secret 500 <html>secret</html>';
const subject = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1h' };

it('the table contains every error class of ccxt and no other', () => {
  expect(Object.keys(expected).sort()).toEqual(classes.map(([name]) => name).sort());
});

it.each(classes)('%s has a code, does not mention the transport, and keeps its cause', (name, Class) => {
  const cause = new Class(leaky);
  const error = toMarketDataError(cause, subject);
  expect([error.code, error.retryable]).toEqual(expected[name]);
  expect(marketDataErrorCodes).toContain(error.code);
  expectDiscreet(error);
  expect(error.message).toMatch(/^kraken .+ \(BTC\/USD 1h\)\.$/);
  expect(error.details).toEqual({
    ...subject,
    ...(error.details.retryable === false ? { retryable: false } : {}),
    cause,
  });
});

it('a subclass that ccxt adds later is classified by its parents', () => {
  class ThrottledHarder extends ccxtErrors.RateLimitExceeded {}
  class Unheard extends ccxtErrors.BaseError {}
  expect(toMarketDataError(new ThrottledHarder(''), subject).code).toBe('RATE_LIMITED');
  expect(toMarketDataError(new Unheard(''), subject).code).toBe('BAD_EXCHANGE_RESPONSE');
});

it('a MarketDataError is passed on unchanged', () => {
  const error = new MarketDataError('TIMEOUT', 'late');
  expect(toMarketDataError(error, subject)).toBe(error);
});

it.each([
  { name: 'RateLimitExceeded', retryAfterMs: 7000, kept: true },
  { name: 'DDoSProtection', retryAfterMs: 7000, kept: true },
  { name: 'OnMaintenance', retryAfterMs: 60_000, kept: true },
  { name: 'BadSymbol', retryAfterMs: 7000, kept: false },
  { name: 'RateLimitExceeded', retryAfterMs: null, kept: false },
])('$name with a Retry-After of $retryAfterMs ms', ({ name, retryAfterMs, kept }) => {
  const Class = exported[name];
  const error = toMarketDataError(Class && new Class(''), subject, { status: 200, retryAfterMs });
  expect(error.details.retryAfterMs).toBe(kept ? retryAfterMs : undefined);
  expect(error.message.includes('asks clients to wait')).toBe(kept);
});

it.each([
  { status: 403, name: 'ExchangeNotAvailable', code: 'GEO_BLOCKED' },
  { status: 451, name: 'ExchangeError', code: 'GEO_BLOCKED' },
  { status: 403, name: 'AuthenticationError', code: 'AUTHENTICATION_REQUIRED' },
  { status: 403, name: 'RateLimitExceeded', code: 'RATE_LIMITED' },
  { status: 429, name: 'ExchangeError', code: 'RATE_LIMITED' },
  { status: 404, name: 'ExchangeNotAvailable', code: 'BAD_EXCHANGE_RESPONSE' },
  { status: 400, name: 'BadSymbol', code: 'SYMBOL_NOT_FOUND' },
  { status: 414, name: 'BadResponse', code: 'BAD_EXCHANGE_RESPONSE' },
  { status: 403, name: 'NullResponse', code: 'GEO_BLOCKED' },
  { status: 523, name: 'NullResponse', code: 'EXCHANGE_UNAVAILABLE' },
  { status: 500, name: 'ExchangeError', code: 'EXCHANGE_UNAVAILABLE' },
  { status: 500, name: 'BadSymbol', code: 'SYMBOL_NOT_FOUND' },
  { status: 503, name: 'ExchangeNotAvailable', code: 'EXCHANGE_UNAVAILABLE' },
])('HTTP $status that ccxt mapped to $name is $code', ({ status, name, code }) => {
  const Class = exported[name];
  expect(toMarketDataError(Class && new Class(leaky), subject, { status, retryAfterMs: null }).code).toBe(code);
});

it.each([
  { status: 414, code: 'BAD_EXCHANGE_RESPONSE', retryable: false },
  { status: 429, code: 'RATE_LIMITED', retryable: true },
  { status: 451, code: 'GEO_BLOCKED', retryable: false },
  { status: 523, code: 'EXCHANGE_UNAVAILABLE', retryable: true },
  { status: 200, code: 'BAD_EXCHANGE_RESPONSE', retryable: true },
])("HTTP $status with a page that breaks ccxt's parser is $code", ({ status, code, retryable }) => {
  const http = { status, retryAfterMs: null };
  const errors = [new TypeError("secret is not iterable (reading 'x')"), new ccxtErrors.NullResponse(leaky)];
  for (const cause of errors) {
    expect(toMarketDataError(cause, subject, http)).toMatchObject({ code, retryable });
  }
});

it.each([
  { raw: Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }), code: 'EXCHANGE_UNAVAILABLE' },
  { raw: Object.assign(new Error('secret'), { code: 'UND_ERR_SOCKET' }), code: 'EXCHANGE_UNAVAILABLE' },
  { raw: Object.assign(new Error('secret'), { code: 'HPE_INVALID_CONSTANT' }), code: 'EXCHANGE_UNAVAILABLE' },
  { raw: Object.assign(new Error('secret'), { code: 'UND_ERR_BODY_TIMEOUT' }), code: 'TIMEOUT' },
  { raw: Object.assign(new Error('secret'), { code: 'ETIMEDOUT' }), code: 'TIMEOUT' },
  { raw: new DOMException('secret', 'TimeoutError'), code: 'TIMEOUT' },
  { raw: new DOMException('secret', 'AbortError'), code: 'TIMEOUT' },
  { raw: new TypeError("secret is not iterable (reading 'x')"), code: 'BAD_EXCHANGE_RESPONSE' },
  { raw: 'secret', code: 'BAD_EXCHANGE_RESPONSE' },
  { raw: undefined, code: 'BAD_EXCHANGE_RESPONSE' },
])('$raw, which is not an error of ccxt, is $code', ({ raw, code }) => {
  const error = toMarketDataError(raw, { exchange: 'kraken' });
  expect(error.code).toBe(code);
  expect(error.retryable).toBe(true);
  expectDiscreet(error);
});

// Tokens: JWTs as an identity provider would mint them, and as an attacker would.
import { createHash, createHmac } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// The time in seconds, `offset` seconds from now.
export const inSeconds = (offset) => Math.floor(Date.now() / 1000) + offset;

// `exp`, from now, of a token that has expired and is accepted for three more seconds at least: the
// server allows for 30 of skew. Time for a slow machine to use it once or twice.
export const almostOver = -26;

export function mintToken(claims, { secret, header = {}, expiresIn = 3600 } = {}) {
  const body = { exp: inSeconds(expiresIn), ...claims };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(body)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

// The same claims with other ones mixed in, under the old signature.
export function tamper(token, claims) {
  const [header, body, signature] = token.split('.');
  const old = JSON.parse(Buffer.from(body, 'base64url').toString());
  return `${header}.${encode({ ...old, ...claims })}.${signature}`;
}

// A token without a signature that says so itself.
export function unsignedToken(claims) {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ exp: inSeconds(3600), ...claims })}.`;
}

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

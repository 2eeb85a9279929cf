// Keys as identity providers have them.
import { createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';

import { inSeconds } from './tokens.mjs';

// An Ed25519 key: { jwk, sign(claims) }.
export function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    jwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg: 'EdDSA' },
    sign(claims) {
      const signed = `${part({ alg: 'EdDSA', kid })}.${part({ exp: inSeconds(600), ...claims })}`;
      return `${signed}.${signBytes(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

// The document that publishes them.
export const keySet = (...signers) => JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });

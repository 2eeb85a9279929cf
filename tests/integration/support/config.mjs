// Config: the configuration files that the tests run the server with. JSON is YAML, so objects
// are written down as they are.
import { sha256 } from './tokens.mjs';

export const jwtSecret = 'a secret that only these tests know, 32 bytes or more';

// API keys by the name that tests use for them.
export const keys = {
  backend: 'standard_backend-0001',
  reader: 'standard_reader-0002',
  writer: 'standard_writer-0003',
  expired: 'standard_expired-0004',
};

export function apiKeys() {
  const both = ['presences.read', 'presences.write'];
  return [
    { id: 'backend', sha256: sha256(keys.backend), scopes: both },
    { id: 'reader', sha256: sha256(keys.reader), scopes: ['presences.read'] },
    { id: 'writer', sha256: sha256(keys.writer), scopes: ['presences.write'] },
    { id: 'expired', sha256: sha256(keys.expired), scopes: both,
      expires_at: '2020-01-01T00:00:00Z' },
  ];
}

export function project(id, more = {}) {
  return {
    id,
    indexed_metadata: ['page', 'room.floor'],
    api_keys: apiKeys(),
    tokens: [{ id: 'main', algorithm: 'HS256', secret: jwtSecret }],
    ...more,
  };
}

const anyPort = { address: '127.0.0.1:0' };

// A whole configuration. `storage` defaults to the memory engine: durability has tests of its own.
export function config({ projects = [project('demo')], storage = { engine: 'memory' },
                         server = {} } = {}) {
  return {
    server: { grpc: anyPort, http: anyPort, metrics: anyPort, drain_delay: '0s',
              drain_timeout: '5s', ...server },
    storage,
    projects,
  };
}

// Storage on disk, in the folder of the configuration file.
export const embedded = { engine: 'embedded', embedded: { path: 'data' } };

// Protos: the published interface as an independent client loads it, from the .proto files.
import protoLoader from '@grpc/proto-loader';
import path from 'node:path';

import { googleapis, repository, supportFolder } from './environment.mjs';

const options = {
  keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
};

function load(files, roots) {
  return protoLoader.loadSync(files, { ...options, includeDirs: roots });
}

const ours = load(['presences/v1/presences.proto', 'presences/v1/realtime.proto',
                   'google/rpc/error_details.proto'],
                  [path.join(repository, 'proto'), googleapis]);
const standard = load(['health.proto', 'reflection.proto'], [path.join(supportFolder, 'proto')]);

// Every method by its bare name: they are unique across the services.
export const methods = Object.assign(
  {}, ...['presences.v1.Presences', 'presences.v1.Realtime'].map((name) => ours[name]),
  ...['grpc.health.v1.Health', 'grpc.reflection.v1alpha.ServerReflection'].map(
    (name) => standard[name]));

export const message = (name) => ours[name];

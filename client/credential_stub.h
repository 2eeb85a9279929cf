// CredentialStub: a PresenceStub that adds who calls, and in which project, to every call.
//
// Threads: any, if the source may be called from any.
#pragma once

#include <memory>

#include "client/credentials.h"
#include "client/presence_stub.h"

namespace presences::client {

std::unique_ptr<PresenceStub> MakeCredentialStub(std::unique_ptr<PresenceStub> stub,
                                                 CredentialSource source);

}  // namespace presences::client

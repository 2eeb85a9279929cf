// AllocationCounter: how often this program has called operator new.
//
// Linking it replaces operator new and delete.
//
// Threads: any.
#pragma once

namespace presences {

int AllocationsSoFar();

}  // namespace presences

// PrincipalCache: verified credentials, remembered by the digest of their text.
//
// Bounded: each shard keeps two generations of entries and drops the older one whole when the
// younger is full, so what is used stays and an insert never searches for a victim. Only what was
// verified is kept: a flood of bad credentials cannot push good ones out.
//
// Threads: any. Lock order: a shard's mutex is a leaf.
// Invariant: no principal is answered at or after its expires_at, nor one that was verified under
// rules that a Clear has replaced.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "server/auth/principal.h"
#include "server/auth/sha256.h"
#include "server/base/mutex.h"

namespace presences::auth {

enum class CredentialKind : std::uint8_t { kApiKey, kToken, kSession };

// What a credential is remembered by. The kind matters: a text that is a good token must not pass
// for an API key.
struct CredentialDigest {
  Digest digest;
  std::uint32_t project;
  CredentialKind kind;

  friend bool operator==(const CredentialDigest&, const CredentialDigest&) = default;
};

class PrincipalCache {
 public:
  // Keeps about `capacity` principals at most.
  explicit PrincipalCache(std::size_t capacity);

  // Null: not remembered, or expired.
  PrincipalPtr Find(const CredentialDigest& key, TimePoint now);
  // `epoch` is the one that the caller's rules belong to; a late insert under old rules is dropped.
  void Insert(const CredentialDigest& key, PrincipalPtr principal, std::uint64_t epoch);
  // Forgets everything; from now on only inserts of `epoch` count.
  void Clear(std::uint64_t epoch);
  std::size_t size() const;

 private:
  struct HashDigest {
    // The digest is uniform already; project and kind only have to differ.
    std::size_t operator()(const CredentialDigest& key) const;
  };
  using Entries = absl::flat_hash_map<CredentialDigest, PrincipalPtr, HashDigest>;

  static constexpr std::size_t kShards = 16;
  struct alignas(64) Shard {
    mutable Mutex mutex;
    Entries young GUARDED_BY(mutex);
    Entries old GUARDED_BY(mutex);
    std::uint64_t epoch GUARDED_BY(mutex) = 0;
  };

  Shard& ShardOf(const CredentialDigest& key) { return shards_[key.digest[8] % kShards]; }
  // Answers what fell out, to be destroyed outside the lock.
  Entries Keep(Shard& shard, const CredentialDigest& key, PrincipalPtr principal)
      REQUIRES(shard.mutex);

  const std::size_t young_capacity_;  // per shard
  std::array<Shard, kShards> shards_;
};

}  // namespace presences::auth

#include "server/auth/principal_cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace presences::auth {

std::size_t PrincipalCache::HashDigest::operator()(const CredentialDigest& key) const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, key.digest.data(), sizeof bits);
  return bits ^ (std::uint64_t{key.project} << 32 | static_cast<std::uint64_t>(key.kind) << 16);
}

PrincipalCache::PrincipalCache(std::size_t capacity)
    : young_capacity_(std::max<std::size_t>(1, capacity / kShards / 2)) {}

PrincipalPtr PrincipalCache::Find(const CredentialDigest& key, TimePoint now) {
  Shard& shard = ShardOf(key);
  Entries dropped;
  PrincipalPtr found;
  MutexLock lock(shard.mutex);
  if (const auto it = shard.young.find(key); it != shard.young.end()) {
    found = it->second;
  } else if (const auto old = shard.old.find(key); old != shard.old.end()) {
    found = std::move(old->second);
    shard.old.erase(old);
    dropped = Keep(shard, key, found);
  }
  lock.Unlock();
  if (found != nullptr && found->expires_at && now >= *found->expires_at) return nullptr;
  return found;
}

void PrincipalCache::Insert(const CredentialDigest& key, PrincipalPtr principal,
                            std::uint64_t epoch) {
  Shard& shard = ShardOf(key);
  Entries dropped;
  MutexLock lock(shard.mutex);
  if (shard.epoch == epoch) dropped = Keep(shard, key, std::move(principal));
  lock.Unlock();
}

PrincipalCache::Entries PrincipalCache::Keep(Shard& shard, const CredentialDigest& key,
                                             PrincipalPtr principal) {
  Entries dropped;
  if (shard.young.size() >= young_capacity_ && !shard.young.contains(key)) {
    dropped = std::move(shard.old);
    shard.old = std::move(shard.young);
    shard.young = Entries();
  }
  shard.young[key] = std::move(principal);
  return dropped;
}

void PrincipalCache::Clear(std::uint64_t epoch) {
  for (Shard& shard : shards_) {
    Entries young;
    Entries old;
    MutexLock lock(shard.mutex);
    young.swap(shard.young);
    old.swap(shard.old);
    shard.epoch = epoch;
    lock.Unlock();
  }
}

std::size_t PrincipalCache::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    total += shard.young.size() + shard.old.size();
  }
  return total;
}

}  // namespace presences::auth

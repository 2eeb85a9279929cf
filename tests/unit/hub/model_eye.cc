#include "tests/unit/hub/model_eye.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace presences::hub {

const std::vector<std::string>& ModelRoles() {
  static const auto* const roles =
      new std::vector<std::string>{"any",     "any",     "guests",  "users",         "user:u0",
                                   "user:u1", "user:u2", "team:t1", "team:t1/owner", "label:vip"};
  return *roles;
}

std::string ModelId(std::uint64_t n) { return absl::StrFormat("r%03d", n % kModelIds); }
std::string ModelUser(std::uint64_t n) { return absl::StrCat("u", n % kModelUsers); }

Eye Eye::Random(std::mt19937_64& random) {
  Eye eye;
  eye.BecomeRandom(random);
  const auto kind = random() % 10;
  if (kind < 5) {
    eye.channels_ = {"presences"};
  } else if (kind < 8) {
    for (std::uint64_t i = 0; i <= random() % 5; ++i) {
      eye.channels_.insert(absl::StrCat("presences.", ModelId(random())));
    }
  } else {
    eye.keeps_view_ = false;
    eye.channels_ = {"presences.update", absl::StrCat("presences.", ModelId(random()), ".delete")};
    if (random() % 2 == 0) eye.channels_.insert("presences.upsert");
  }
  if (random() % 4 == 0) eye.status_ = absl::StrCat("s", random() % 3);
  if (random() % 4 == 0) eye.page_ = static_cast<int>(random() % 3);
  eye.skips_unchanged_ = random() % 3 == 0;
  return eye;
}

Eye Eye::AsSomebodyElse(std::mt19937_64& random) const {
  Eye other = *this;
  other.BecomeRandom(random);
  return other;
}

void Eye::BecomeRandom(std::mt19937_64& random) {
  key_ = false;
  user_.clear();
  facts_ = {};
  roles_ = {"any", "guests"};
  const auto who = random() % 6;
  if (who == 0) return;  // a guest
  if (who == 1) {
    key_ = true;
    return;
  }
  user_ = ModelUser(random());
  facts_.user_id = user_;
  roles_ = {"any", "users", absl::StrCat("user:", user_)};
  if (random() % 2 == 0) {
    facts_.teams = {{.team = "t1"}};
    roles_.insert("team:t1");
    if (random() % 2 == 0) {
      facts_.teams[0].roles = {"owner"};
      roles_.insert("team:t1/owner");
    }
  }
  if (random() % 3 == 0) {
    facts_.labels = {"vip"};
    roles_.insert("label:vip");
  }
}

WatchSpec Eye::Spec() const {
  WatchSpec spec;
  if (!key_) {
    spec.caller = {};
    if (!user_.empty()) {
      spec.caller.user_id = user_;
      spec.caller.roles = UserRoles(facts_);
    }
  }
  spec.channels.assign(channels_.begin(), channels_.end());
  if (!status_.empty()) {
    spec.queries.push_back(
        absl::StrCat(R"({"method":"equal","attribute":"status","values":[")", status_, R"("]})"));
  }
  if (page_ >= 0) {
    spec.queries.push_back(
        absl::StrCat(R"({"method":"equal","attribute":"metadata.page","values":[)", page_, "]}"));
  }
  spec.skip_unchanged = skips_unchanged_;
  return spec;
}

std::string Eye::Describe() const {
  return absl::StrCat(key_ ? "key" : absl::StrJoin(roles_, " "), " on ",
                      absl::StrJoin(channels_, " "), " status=", status_, " page=", page_,
                      skips_unchanged_ ? " skipping" : "");
}

bool Eye::MayRead(const Presence& record) const {
  if (key_ || (!user_.empty() && record.user_id() == user_)) return true;
  for (const std::string& permission : record.permissions()) {
    for (const std::string& role : roles_) {
      if (permission == absl::StrCat("read(\"", role, "\")")) return true;
    }
  }
  return false;
}

bool Eye::Sees(const Presence& record) const {
  if (!status_.empty() && record.status() != status_) return false;
  if (page_ >= 0 && record.metadata() != absl::StrCat("{\"page\":", page_, "}")) return false;
  return MayRead(record);
}

bool Eye::Covers(const Presence& record) const {
  return (channels_.contains("presences") ||
          channels_.contains(absl::StrCat("presences.", record.id()))) &&
         Sees(record);
}

bool Eye::Hears(const Change& change, const std::string& action) const {
  const absl::string_view id = change.record().id();
  return channels_.contains("presences") || channels_.contains("presences." + action) ||
         channels_.contains(absl::StrCat("presences.", id)) ||
         channels_.contains(absl::StrCat("presences.", id, ".", action));
}

std::optional<std::string> Eye::ToldAs(const Change& change, bool known) const {
  if (change.after() && Sees(*change.after())) {
    const bool upsert = change.kind() == ChangeKind::kUpserted;
    if (!Hears(change, upsert ? "upsert" : "update")) return std::nullopt;
    const bool unchanged = known && change.before()->SameContent(*change.after()) &&
                           change.before()->source() == change.after()->source();
    if (skips_unchanged_ && unchanged) return std::nullopt;
    return upsert ? "UPSERTED" : "UPDATED";
  }
  if (!known || !Hears(change, "delete")) return std::nullopt;
  if (change.after()) return "REMOVED";
  return change.kind() == ChangeKind::kExpired ? "EXPIRED" : "DELETED";
}

}  // namespace presences::hub

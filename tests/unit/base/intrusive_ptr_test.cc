#include "server/base/intrusive_ptr.h"

#include <utility>

#include "gtest/gtest.h"

namespace presences {
namespace {

// Counts its references instead of deleting itself.
struct Counted {
  int references = 1;
  void Ref() { ++references; }
  void Unref() { --references; }
};

TEST(IntrusivePtrTest, CountsCopiesAndGivesThemBack) {
  Counted object;
  {
    auto first = IntrusivePtr<Counted>::Adopt(&object);
    EXPECT_EQ(object.references, 1) << "Adopt takes over the caller's reference";
    IntrusivePtr<Counted> second = first;
    EXPECT_EQ(object.references, 2);
    IntrusivePtr<Counted> third;
    third = second;
    EXPECT_EQ(object.references, 3);
    third = nullptr;
    EXPECT_EQ(object.references, 2);
  }
  EXPECT_EQ(object.references, 0);
}

TEST(IntrusivePtrTest, MovesWithoutCounting) {
  Counted object;
  auto first = IntrusivePtr<Counted>::Adopt(&object);
  IntrusivePtr<Counted> second = std::move(first);
  EXPECT_EQ(object.references, 1);
  EXPECT_EQ(first, nullptr);  // NOLINT: moved-from is null by contract
  EXPECT_EQ(second.get(), &object);
  first = std::move(second);
  EXPECT_EQ(object.references, 1);
  EXPECT_TRUE(first);
}

TEST(IntrusivePtrTest, AssignmentReleasesTheOldObject) {
  Counted a;
  Counted b;
  auto pointer = IntrusivePtr<Counted>::Adopt(&a);
  pointer = IntrusivePtr<Counted>::Adopt(&b);
  EXPECT_EQ(a.references, 0);
  EXPECT_EQ(b.references, 1);
  const IntrusivePtr<Counted>& self = pointer;
  pointer = self;
  EXPECT_EQ(b.references, 1);
}

TEST(IntrusivePtrTest, NullIsNobody) {
  const IntrusivePtr<Counted> null;
  EXPECT_FALSE(null);
  EXPECT_EQ(null.get(), nullptr);
  EXPECT_EQ(null, IntrusivePtr<Counted>(nullptr));
}

}  // namespace
}  // namespace presences

// IntrusivePtr: a shared pointer whose count lives inside the object.
//
// Half the size of std::shared_ptr and no control block: what makes "one allocation per record"
// possible. T provides Ref() and Unref(); Unref deletes at zero.
//
// Threads: like std::shared_ptr: distinct pointers to one object from any thread.
#pragma once

#include <cstddef>
#include <utility>

namespace presences {

template <typename T>
class IntrusivePtr {
 public:
  IntrusivePtr() = default;
  IntrusivePtr(std::nullptr_t) {}  // NOLINT: a null pointer is a pointer
  // Takes over one reference that the caller owns.
  static IntrusivePtr Adopt(T* object) {
    IntrusivePtr result;
    result.object_ = object;
    return result;
  }
  IntrusivePtr(const IntrusivePtr& other) : object_(other.object_) {
    if (object_ != nullptr) object_->Ref();
  }
  IntrusivePtr(IntrusivePtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  IntrusivePtr& operator=(IntrusivePtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~IntrusivePtr() {
    if (object_ != nullptr) object_->Unref();
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const IntrusivePtr& a, const IntrusivePtr& b) {
    return a.object_ == b.object_;
  }
  friend bool operator==(const IntrusivePtr& a, std::nullptr_t) { return a.object_ == nullptr; }

 private:
  T* object_ = nullptr;
};

}  // namespace presences

// InputBuffer: what was received and not yet used up, in one piece.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace presences::gateway::http {

class InputBuffer {
 public:
  absl::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }

  // At least `size` bytes to receive into. Moves what is there.
  absl::Span<char> Room(std::size_t size) {
    if (capacity_ - end_ < size) {
      const std::size_t used = end_ - begin_;
      std::size_t capacity = capacity_;
      if (capacity - used < size) capacity = std::max(used + size, 2 * used);
      if (capacity != capacity_) {
        std::unique_ptr<char[]> data(new char[capacity]);
        if (used > 0) std::memcpy(data.get(), data_.get() + begin_, used);
        data_ = std::move(data);
        capacity_ = capacity;
      } else {
        std::memmove(data_.get(), data_.get() + begin_, used);
      }
      begin_ = 0;
      end_ = used;
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void Received(std::size_t size) { end_ += size; }

  // Takes out the first `size` bytes.
  void Consume(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  // Takes out bytes behind the first `from` ones.
  void Erase(std::size_t from, std::size_t count) {
    char* const at = data_.get() + begin_ + from;
    std::memmove(at, at + count, end_ - begin_ - from - count);
    end_ -= count;
  }
  // Gives memory back when nothing is in it and it is larger than `size`.
  void Shrink(std::size_t size) {
    if (begin_ != end_ || capacity_ <= size) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace presences::gateway::http

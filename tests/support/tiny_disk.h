// TinyDisk: a file system of a few megabytes, to be filled up.
//
// A tmpfs in a mount namespace of this process. Make the first before other threads start.
//
// Threads: confined to the owner.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"

namespace presences::testing {

class TinyDisk {
 public:
  explicit TinyDisk(int megabytes) {
    // Once: threads that exist already would not see a second one.
    static const bool own_namespace =
        (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    const std::string size = absl::StrCat("size=", megabytes, "m");
    mounted_ = own_namespace &&
               ::mount("none", mount_point_.path().c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~TinyDisk() {
    if (mounted_) ::umount2(mount_point_.path().c_str(), MNT_DETACH);
  }

  // False where the system does not let tests mount.
  bool mounted() const { return mounted_; }
  std::string Sub(const std::string& name) const { return mount_point_.Sub(name); }

  // Takes all the space that is left, and gives it back.
  void Fill() {
    const int file = ::open(Sub("ballast").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    for (std::size_t chunk : {std::size_t{65536}, std::size_t{4096}}) {
      const std::string zeros(chunk, '\0');
      while (::write(file, zeros.data(), zeros.size()) > 0) {
      }
    }
    ::close(file);
  }
  void Free() { ::unlink(Sub("ballast").c_str()); }

 private:
  TempDir mount_point_;
  bool mounted_ = false;
};

}  // namespace presences::testing

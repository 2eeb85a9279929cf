# Language level, warnings, sanitizers, ccache and linker: the same for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(PRESENCES_SANITIZER "" CACHE STRING "Value of -fsanitize=, empty for none")
option(PRESENCES_TIDY "Run clang-tidy while compiling" OFF)
option(PRESENCES_FUZZERS "Build the libFuzzer targets (clang only)" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(presences_compile_options INTERFACE)
target_compile_options(presences_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 at -O2 suspects the inside of every StatusOr, optional and short string.
  target_compile_options(presences_compile_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(presences_compile_options INTERFACE -Wthread-safety)
endif()
target_include_directories(presences_compile_options INTERFACE ${CMAKE_SOURCE_DIR})

if(PRESENCES_SANITIZER)
  add_compile_options(-fsanitize=${PRESENCES_SANITIZER} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PRESENCES_SANITIZER})
  if(PRESENCES_SANITIZER MATCHES "undefined")
    # libstdc++ and prebuilt libraries are without RTTI instrumentation of ours.
    add_compile_options(-fno-sanitize=vptr)
    add_link_options(-fno-sanitize=vptr)
  endif()
endif()
if(PRESENCES_TIDY)
  set(CMAKE_CXX_CLANG_TIDY clang-tidy)
endif()

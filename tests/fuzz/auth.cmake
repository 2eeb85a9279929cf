# The parsers of what strangers and operators write: tokens and the configuration file.
if(PRESENCES_FUZZERS)
  foreach(library auth config)
    target_compile_options(presences_${library} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
endif()

presences_fuzzer(jwt DEPS presences::auth)
presences_fuzzer(config DEPS presences::config)

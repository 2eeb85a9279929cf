presences_test(hold_keeper_test
  SOURCES hold_extension_test.cc hold_fixture.cc hold_keeper_test.cc hold_race_test.cc
  DEPS presences::service presences::testing
  LABELS unit tsan)

# The query engine of server/core.
presences_test(core_query_test
  SOURCES query_table_test.cc query_list_test.cc query_limits_test.cc query_order_test.cc
          filter_set_test.cc filter_value_test.cc query_records.cc
          allocation_counter.cc
  DEPS presences::core presences::base
  LABELS unit)

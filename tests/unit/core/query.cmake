# The query engine of server/core.
presences_test(core_query_test
  SOURCES query_table_test.cc query_list_test.cc query_limits_test.cc query_order_test.cc
          filter_set_test.cc filter_value_test.cc query_records.cc
  DEPS presences::core presences::base
  LABELS unit)
# Replaces operator new (allocation_counter.h): a program of its own, without a parser in it.
presences_test(core_query_allocation_test
  SOURCES allocation_counter.cc filter_allocation_test.cc query_records.cc
  DEPS presences::core presences::base
  LABELS unit)

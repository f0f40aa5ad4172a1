/// @file
/// What every row of every table keeps.
#pragma once

#include <gtest/gtest.h>

#include "config/read.hpp"

namespace graft::testing {

/// A kind describes its options: what is written reads back as the same, unknown keys are refused, the schema knows
/// them.
template <class Row>
void expect_describes_itself(const Row& row) {
    auto plugin = row.make();
    const auto visit = [&](Fields& fields) { plugin.describe(fields); };
    EXPECT_EQ(plugin.name(), row.name);
    EXPECT_FALSE(row.summary.empty());
    EXPECT_TRUE(plugin.contradictions().empty()) << "the defaults contradict each other";
    const Json defaults = write_options(visit);
    EXPECT_TRUE(defaults.is_object());
    EXPECT_TRUE(read_options(defaults, visit).empty());
    EXPECT_EQ(write_options(visit), defaults);
    EXPECT_EQ(read_options({{"no_such_option", 1}}, visit).size(), 1);
    EXPECT_TRUE(schema_of(visit, row.name).contains("properties"));
}

}  // namespace graft::testing

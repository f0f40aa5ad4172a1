#include "core/foreign_error.hpp"

#include <gtest/gtest.h>

namespace graft {
namespace {

TEST(CauseIn, IsTheFirstLineOfLibTorchsErrors) {
    EXPECT_EQ(cause_in("sizes differ\nException raised from f at g.cpp:1"), "sizes differ");
}

TEST(CauseIn, IsTheLineBehindTorchScriptsTraceback) {
    EXPECT_EQ(cause_in("The following operation failed.\n  File \"a.py\", line 2\nRuntimeError: shape is invalid\n"),
              "RuntimeError: shape is invalid");
}

TEST(CauseIn, PassesOverEmptyLinesBeforeTheText) {
    EXPECT_EQ(cause_in("\n\nbuiltin cannot be used as a value:\n  x"), "builtin cannot be used as a value:");
    EXPECT_EQ(cause_in(""), "");
}

}  // namespace
}  // namespace graft

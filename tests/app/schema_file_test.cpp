#include <gtest/gtest.h>

#include "app/starter_config.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

TEST(SchemaFile, IsThatOfTheInstallation) {
    const TemporaryFolder folder;
    const auto file = folder.write("usr/share/graft/configs/schema.json", "{}");
    EXPECT_EQ(schema_file_of(folder / "usr/bin/graft"), file);
}

TEST(SchemaFile, IsThatOfTheCheckoutItWasBuiltIn) {
    const TemporaryFolder folder;
    const auto file = folder.write("graft/configs/schema.json", "{}");
    EXPECT_EQ(schema_file_of(folder / "graft/build/release/graft"), file);
}

TEST(SchemaFile, MayBeAbsent) {
    const TemporaryFolder folder;
    EXPECT_EQ(schema_file_of(folder / "bin/graft"), "");
}

}  // namespace
}  // namespace graft

#include "app/versions.hpp"

#include <gmock/gmock.h>

#include <map>

#include "graft/core/version.hpp"

namespace graft {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST(Versions, NameGraftFirst) {
    EXPECT_EQ(component_versions().front(), (std::pair<std::string, std::string>("graft", version_text())));
    EXPECT_THAT(versions_text(), StartsWith("graft          " + std::string(version_text()) + "\nLibTorch       2."));
}

TEST(Versions, AreNumbersForEveryLibrary) {
    std::map<std::string, std::string> versions;
    for (const auto& [name, version] : component_versions()) {
        EXPECT_TRUE(versions.emplace(name, version).second) << name << " is there twice";
        if (name != "compiler" && name != "build type") {
            EXPECT_THAT(version, MatchesRegex("[0-9]+(\\.[0-9a-z+]+)+")) << name;
        }
    }
    for (const char* name : {"LibTorch", "oneDNN", "OpenCV", "OpenSSL", "zlib", "glibc", "libexif", "libpng", "libtiff",
                             "giflib", "libwebp"})
        EXPECT_TRUE(versions.contains(name)) << name;
    EXPECT_THAT(versions.at("compiler"), MatchesRegex("(GCC|Clang) [0-9]+\\..+"));
    EXPECT_THAT(versions.at("build type"), MatchesRegex("[A-Za-z]+"));
}

}  // namespace
}  // namespace graft

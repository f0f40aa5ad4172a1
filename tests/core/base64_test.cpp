#include "core/base64.hpp"

#include <gtest/gtest.h>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

TEST(Base64, GivesTheExamplesOfTheStandard) {
    const std::pair<const char*, const char*> examples[] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : examples) {
        EXPECT_EQ(base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
}

TEST(Base64, KeepsEveryByte) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
}

TEST(Base64, RefusesOtherTextAndCutOffText) {
    for (const char* text :
         {"Zg=", "Zg", "Z", "Zm9!", "====", "Zm9vYmF", "Zm=v", "    Zm9v", "Zm9v\n\n\n\n", "Zh==", "Zm9="})
        EXPECT_THROW(static_cast<void>(from_base64(text)), DataError) << text;
}

}  // namespace
}  // namespace graft

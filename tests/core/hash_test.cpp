#include "core/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::error_message;
using testing::TemporaryFolder;

// The vectors of FIPS 180-4's examples.
constexpr const char* kHashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kHashOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kHashOfAMillionAs = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, AgreesWithThePublishedVectors) {
    EXPECT_EQ(sha256(""), kHashOfNothing);
    EXPECT_EQ(sha256("abc"), kHashOfAbc);
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256(std::string(1'000'000, 'a')), kHashOfAMillionAs);
}

TEST(Sha256, DoesNotDependOnHowTheBytesArrive) {
    const std::array<std::byte, 2> bytes = {std::byte{'b'}, std::byte{'c'}};
    EXPECT_EQ(Sha256().add("a").add(std::span<const std::byte>(bytes)).hex(), kHashOfAbc);
    EXPECT_EQ(Sha256().add("").add("abc").add("").hex(), kHashOfAbc);
}

TEST(Sha256, HashesFilesOfAnyLength) {
    const TemporaryFolder folder;
    EXPECT_EQ(sha256_of_file(folder.write("empty", "")), kHashOfNothing);
    EXPECT_EQ(sha256_of_file(folder.write("long", std::string(1'000'000, 'a'))), kHashOfAMillionAs);
}

TEST(Sha256, SaysWhichFileCannotBeRead) {
    const TemporaryFolder folder;
    EXPECT_EQ(error_message<DataError>([&] { (void)sha256_of_file(folder / "absent"); }),
              (folder / "absent").string() + ": cannot be read: No such file or directory");
}

TEST(StableId, IsTheFirstEightBytesOfTheHash) {
    EXPECT_EQ(stable_id("abc"), 0xba7816bf8f01cfeaULL);
    EXPECT_EQ(stable_id("cat/1.jpg"), 0x634a07bf9defd6c8ULL);
}

}  // namespace
}  // namespace graft

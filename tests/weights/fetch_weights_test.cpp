#include "weights/store/fetch_weights.hpp"

#include <gmock/gmock.h>

#include "core/hash.hpp"
#include "error_message.hpp"
#include "file_server.hpp"
#include "graft/core/errors.hpp"
#include "recording_reporter.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FetchedWeights : public ::testing::Test {
protected:
    FetchedWeights() {
        entry.name = "net.imagenet";
        entry.architecture = "net";
        entry.file = "net-12345678.pth";
        entry.source = "the publisher";
        entry.url = server.url("models/net-12345678.pth");
    }
    std::filesystem::path fetch() { return fetch_weights(entry, folder.path(), {}, reporter); }
    [[nodiscard]] std::string target() const { return (folder / entry.file).string(); }

    PlainNetwork network;
    EnvironmentVariable mirror{"GRAFT_WEIGHTS_MIRROR", std::nullopt};
    TemporaryFolder folder;
    FileServer server{"the values"};
    const std::string sum = sha256("the values");
    RecordingReporter reporter;
    WeightsEntry entry;
};

TEST_F(FetchedWeights, LieInTheFolderUnderTheirFilesName) {
    entry.sha256 = sum;
    entry.bytes = 10;
    EXPECT_EQ(fetch(), folder / "net-12345678.pth");
    EXPECT_EQ(folder.read("net-12345678.pth"), "the values");
    EXPECT_EQ(server.requests().front().target, "/models/net-12345678.pth");
}

TEST_F(FetchedWeights, LeaveAnotherFileUnlessItIsToBeReplaced) {
    folder.write("net-12345678.pth", "damaged");
    entry.sha256 = sum;
    EXPECT_THAT(error_message<Error>([&] { fetch(); }),
                HasSubstr(target() + ": is already there, and is left as it is"));
    EXPECT_EQ(folder.read("net-12345678.pth"), "damaged");
    EXPECT_THAT(server.requests(), IsEmpty());
    (void)fetch_weights(entry, folder.path(), {}, reporter, Present::replaced);
    EXPECT_EQ(folder.read("net-12345678.pth"), "the values");
    EXPECT_THAT(folder.names(), ElementsAre("net-12345678.pth"));
}

TEST_F(FetchedWeights, WithAnotherChecksumAreRefusedAndLeaveNothing) {
    entry.sha256 = std::string(64, '0');
    EXPECT_EQ(error_message<DataError>([&] { fetch(); }),
              *entry.url + ": is not what was expected, and nothing of it was kept: " + target() +
                  ".part: is damaged or not net.imagenet: its SHA-256 is " + sum + ", expected " + *entry.sha256);
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(FetchedWeights, AreCheckedAgainstTheBeginningOfAChecksumToo) {
    entry.sha256_prefix = "00000000";
    EXPECT_THAT(error_message<DataError>([&] { fetch(); }),
                HasSubstr("its SHA-256 is " + sum + ", expected one that begins with 00000000"));
    EXPECT_THAT(folder.names(), IsEmpty());
    entry.sha256_prefix = sum.substr(0, 8);
    fetch();
    EXPECT_THAT(folder.names(), ElementsAre("net-12345678.pth"));
}

TEST_F(FetchedWeights, ThatCannotBeReachedAreNamedWithTheAddressAndTheWayByHand) {
    server.status = 404;
    EXPECT_EQ(error_message<Error>([&] { fetch(); }),
              "net.imagenet: " + *entry.url +
                  ": could not be downloaded: the server answered 404: there is no such file\n"
                  "  By hand: download " +
                  *entry.url + " on any machine and put it here as " + target());
}

TEST_F(FetchedWeights, WithoutAnAddressAreNamedWithTheirSource) {
    entry.url.reset();
    EXPECT_EQ(error_message<Error>([&] { fetch(); }),
              "net.imagenet: cannot be downloaded. No address leads to it: net-12345678.pth comes in the "
              "publisher (scripts/get_weights.sh takes it out); put it here as " +
                  target());
}

TEST_F(FetchedWeights, ComeFromTheMirrorWhereThereIsOne) {
    entry.url = "http://published.invalid/net-12345678.pth";
    entry.sha256 = sum;
    for (const std::string& address : {server.root() + "our/models", server.root() + "our/models/"}) {
        const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", address);
        std::filesystem::remove(fetch());
        EXPECT_EQ(server.requests().back().target, "/our/models/net-12345678.pth");
    }
    entry.url.reset();
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", server.root());
    fetch();
    EXPECT_EQ(server.requests().back().target, "/net-12345678.pth");
}

TEST_F(FetchedWeights, RefuseAMirrorThatIsNoAddress) {
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", "/srv/models");
    EXPECT_EQ(error_message<ConfigError>([&] { fetch(); }),
              "GRAFT_WEIGHTS_MIRROR: expected an address that begins with https:// or http://, got \"/srv/models\"; a "
              "folder is named with GRAFT_WEIGHTS");
}

TEST_F(FetchedWeights, OfAnotherSizeAreNotTheEntrys) {
    const std::filesystem::path file = folder.write("net-12345678.pth", "the valu");
    entry.bytes = 10;
    EXPECT_EQ(error_message<DataError>([&] { expect_file_of(entry, file); }),
              target() + ": is damaged or not net.imagenet: it has 8 bytes, expected 10");
}

TEST_F(FetchedWeights, WithNothingOnRecordAreTaken) {
    const std::filesystem::path file = folder.write("net-12345678.pth", "anything");
    EXPECT_NO_THROW(expect_file_of(entry, file));
}

}  // namespace
}  // namespace graft::testing

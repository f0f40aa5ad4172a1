#include "weights/store/download.hpp"

#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "core/descriptor.hpp"
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
using ::testing::StartsWith;

/// That many bytes, of which no two stretches are alike.
std::string bytes(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; text.size() < count; ++i) text += std::to_string(i) + " ";
    text.resize(count);
    return text;
}

class Downloads : public ::testing::Test {
protected:
    /// Downloads to folder/file.bin what must be `server.content`.
    void get(const FileServer& server) { get(server.url(), server.content); }
    void get(const std::string& url, const std::string& expected) {
        download({.url = url,
                  .target = folder / "file.bin",
                  .bytes = size,
                  .check =
                      [&](const std::filesystem::path& file) {
                          if (folder.read(file.filename().string()) != expected) throw DataError("another file");
                      },
                  .present = present},
                 stop.get_token(), reporter);
    }
    template <class Expected>
    std::string error_of_get(const FileServer& server) {
        return error_message<Expected>([&] { get(server); });
    }

    PlainNetwork network;
    TemporaryFolder folder;
    RecordingReporter reporter;
    std::stop_source stop;
    std::optional<std::uint64_t> size;
    Present present = Present::kept;
};

TEST_F(Downloads, BringTheWholeFile) {
    FileServer server(bytes(2'500'000));
    get(server);
    EXPECT_EQ(folder.read("file.bin"), server.content);
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
    ASSERT_EQ(server.requests().size(), 1);
    EXPECT_EQ(server.requests()[0].target, "/file.bin");
    EXPECT_EQ(server.requests()[0].range, "");
}

TEST_F(Downloads, TellHowFarTheyAre) {
    FileServer server(bytes(2'500'000));
    get(server);
    EXPECT_THAT(reporter.phases, ElementsAre("download file.bin 3 MB"));
    EXPECT_EQ(reporter.done, 2);
    EXPECT_THAT(reporter.finished, ElementsAre("3 MB from " + server.url()));
    EXPECT_THAT(reporter.notes, IsEmpty());
}

TEST_F(Downloads, MakeTheFolder) {
    FileServer server("x");
    download({.url = server.url(), .target = folder / "a/b/file.bin", .check = [](const auto&) {}}, {}, reporter);
    EXPECT_EQ(folder.read("a/b/file.bin"), "x");
}

TEST_F(Downloads, BringAnEmptyFile) {
    FileServer server("");
    get(server);
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
    EXPECT_EQ(folder.read("file.bin"), "");
}

TEST_F(Downloads, GoOnAtTheByteWhereAnEarlierAttemptEnded) {
    FileServer server(bytes(3000));
    folder.write("file.bin.part", server.content.substr(0, 1234));
    get(server);
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("bytes=1234-"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
}

TEST_F(Downloads, KeepWhatCameUntilAStopAndGoOnFromThere) {
    FileServer server(bytes(3000));
    server.most_bytes = 1000;
    server.when_cut = [&] {
        while (folder.read("file.bin.part").size() < 1000) std::this_thread::yield();  // they are on their way
        stop.request_stop();
    };
    EXPECT_EQ(error_of_get<Interrupted>(server), "interrupted: 1000 bytes are in " +
                                                     (folder / "file.bin.part").string() +
                                                     "; the same command goes on from there");
    EXPECT_EQ(folder.read("file.bin.part"), server.content.substr(0, 1000));
    EXPECT_THAT(folder.names(), ElementsAre("file.bin.part"));

    stop = std::stop_source();
    FileServer again(server.content);
    get(again);
    EXPECT_THAT(again.ranges_asked_for(), ElementsAre("bytes=1000-"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, LeaveNothingWhenTheyAreStoppedBeforeTheFirstByte) {
    FileServer server(bytes(3000));
    stop.request_stop();
    EXPECT_EQ(error_of_get<Interrupted>(server), "interrupted before anything was downloaded");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(Downloads, OpenABrokenConnectionAgainAsLongAsBytesCome) {
    FileServer server(bytes(2500));
    server.most_bytes = 1000;
    get(server);
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("", "bytes=1000-", "bytes=2000-"));
    EXPECT_THAT(reporter.notes, ElementsAre("the connection broke after 1 MB, going on from there",
                                            "the connection broke after 1 MB, going on from there"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, EndWhenABrokenConnectionBringsNothingMore) {
    FileServer server(bytes(2500));
    server.most_bytes = 1000;
    server.answers = 1;
    EXPECT_THAT(error_of_get<Error>(server), StartsWith(server.url() + ": could not be downloaded: "));
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("", "bytes=1000-"));
    EXPECT_EQ(folder.read("file.bin.part"), server.content.substr(0, 1000));
    EXPECT_THAT(folder.names(), ElementsAre("file.bin.part"));
}

TEST_F(Downloads, BeginAnewWhereTheServerKnowsNoRanges) {
    FileServer server(bytes(3000));
    server.ranges = false;
    folder.write("file.bin.part", server.content.substr(0, 1234));
    get(server);
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("bytes=1234-"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, TakeAFileThatWasCompleteButHadNoTimeToGetItsName) {
    FileServer server(bytes(3000));
    folder.write("file.bin.part", server.content);
    get(server);
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("bytes=3000-"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
}

TEST_F(Downloads, BeginAnewWhenMoreIsThereThanTheServerHas) {
    FileServer server(bytes(3000));
    folder.write("file.bin.part", std::string(4000, 'x'));
    get(server);
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("bytes=4000-", ""));
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, RefuseAnotherPieceThanTheyAskedFor) {
    FileServer server(bytes(3000));
    server.content_range = "bytes 0-2999/3000";
    folder.write("file.bin.part", server.content.substr(0, 1234));
    EXPECT_EQ(error_of_get<Error>(server),
              server.url() +
                  ": could not be downloaded: the server was asked for bytes 1234- and sent "
                  "\"bytes 0-2999/3000\"");
    EXPECT_EQ(folder.read("file.bin.part"), server.content.substr(0, 1234));
}

TEST_F(Downloads, LeaveNothingBehindWhenTheCheckFails) {
    FileServer server(bytes(3000));
    EXPECT_EQ(error_message<DataError>([&] { get(server.url(), "something else"); }), "another file");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(Downloads, LeaveWhatWasThereWhenTheCheckFails) {
    present = Present::replaced;
    FileServer server(bytes(3000));
    folder.write("file.bin", "old");
    EXPECT_THROW(get(server.url(), "something else"), DataError);
    EXPECT_EQ(folder.read("file.bin"), "old");
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
}

TEST_F(Downloads, RefuseAFileOfAnotherSizeBeforeItComes) {
    FileServer server(bytes(3000));
    size = 2000;
    EXPECT_EQ(error_of_get<Error>(server),
              server.url() + ": could not be downloaded: the server has 3000 bytes, expected 2000");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(Downloads, EndWhenMoreComesThanExpected) {
    FileServer server(bytes(300'000));
    server.says_length = false;
    size = 1000;
    EXPECT_EQ(error_of_get<Error>(server),
              server.url() + ": could not be downloaded: the server sends more than the 1000 bytes that were expected");
}

TEST_F(Downloads, DoWithoutALength) {
    FileServer server(bytes(3000));
    server.says_length = false;
    get(server);
    EXPECT_EQ(folder.read("file.bin"), server.content);
    EXPECT_THAT(reporter.phases, IsEmpty());
}

struct Refusal {
    int status;
    std::string reason;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.status; }
class Refusals : public Downloads, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Refusals, AreToldAndLeaveNothing) {
    FileServer server(bytes(10));
    server.status = GetParam().status;
    EXPECT_EQ(error_of_get<Error>(server), server.url() + ": could not be downloaded: " + GetParam().reason);
    EXPECT_THAT(folder.names(), IsEmpty());
}

const Refusal kRefusals[] = {{401, "the server answered 401: access is not allowed"},
                             {403, "the server answered 403: access is not allowed"},
                             {404, "the server answered 404: there is no such file"},
                             {407, "the proxy answered 407: it asks for a name and a password"},
                             {410, "the server answered 410: there is no such file"},
                             {416, "the server answered 416"},
                             {429, "the server answered 429: too many requests, try again later"},
                             {500, "the server answered 500"}};
INSTANTIATE_TEST_SUITE_P(OfServers, Refusals, ::testing::ValuesIn(kRefusals),
                         [](const auto& test) { return std::to_string(test.param.status); });

TEST_F(Downloads, KeepAnEarlierPartWhenTheServerRefuses) {
    FileServer server(bytes(3000));
    server.status = 503;
    folder.write("file.bin.part", "earlier");
    EXPECT_THAT(error_of_get<Error>(server), HasSubstr("the server answered 503"));
    EXPECT_EQ(folder.read("file.bin.part"), "earlier");
}

TEST_F(Downloads, FollowRedirections) {
    FileServer server(bytes(3000));
    server.redirect = server.url("elsewhere.bin");
    get(server);
    EXPECT_EQ(folder.read("file.bin"), server.content);
    EXPECT_EQ(server.requests().back().target, "/elsewhere.bin");
}

TEST_F(Downloads, FollowNoRedirectionToFiles) {
    FileServer server(bytes(10));
    server.redirect = "file:///etc/hostname";
    EXPECT_THAT(error_of_get<Error>(server), HasSubstr("could not be downloaded: "));
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(Downloads, SayThatNobodyListens) {
    FileServer server("x");
    server.stop();
    EXPECT_THAT(error_of_get<Error>(server),
                ::testing::AllOf(StartsWith(server.url() + ": could not be downloaded: "), HasSubstr("onnect")));
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(Downloads, SayThatAnAddressIsNone) {
    EXPECT_THAT(error_message<Error>([&] { get("ftp://127.0.0.1/file.bin", ""); }),
                StartsWith("ftp://127.0.0.1/file.bin: could not be downloaded: "));
}

TEST_F(Downloads, GoThroughTheProxyOfTheEnvironment) {
    FileServer proxy(bytes(3000));
    const EnvironmentVariable variable("http_proxy", proxy.root());
    get("http://weights.invalid/file.bin", proxy.content);
    ASSERT_EQ(proxy.requests().size(), 1);
    EXPECT_EQ(proxy.requests()[0].target, "http://weights.invalid/file.bin");
    EXPECT_EQ(folder.read("file.bin"), proxy.content);
}

TEST_F(Downloads, GoPastTheProxyWhereTheEnvironmentSaysSo) {
    FileServer proxy("wrong"), server(bytes(3000));
    const EnvironmentVariable variable("http_proxy", proxy.root()), exception("no_proxy", "127.0.0.1");
    get(server);
    EXPECT_THAT(proxy.requests(), IsEmpty());
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, SayThatAFileOfCertificatesCannotBeUsed) {
    const EnvironmentVariable bundle("CURL_CA_BUNDLE", (folder / "absent.pem").string());
    FileServer server("x");
    EXPECT_THAT(error_message<Error>([&] { get("https" + server.url().substr(4), "x"); }), HasSubstr("absent.pem"));
}

TEST_F(Downloads, SayThatTheDiskIsFull) {
    FileServer server(bytes(3'000'000));
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1'000'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string message = error_of_get<Error>(server);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(message, (folder / "file.bin.part").string() + ": cannot be written: File too large");
    EXPECT_THAT(folder.names(), ElementsAre("file.bin.part"));
    get(server);  // once there is room
    EXPECT_THAT(server.ranges_asked_for(), ElementsAre("", "bytes=1000000-"));
    EXPECT_EQ(folder.read("file.bin"), server.content);
}

TEST_F(Downloads, WaitForAnotherProcessAndTakeWhatItBrought) {
    FileServer server(bytes(3000));
    const int other = open_or_make(folder / "file.bin.part");
    ASSERT_EQ(::flock(other, LOCK_EX), 0);
    std::thread waiting([&] { get(server); });
    folder.write("file.bin", server.content);
    std::filesystem::remove(folder / "file.bin.part");
    ::close(other);
    waiting.join();
    EXPECT_THAT(server.requests(), IsEmpty());
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
}

TEST_F(Downloads, CanBeStoppedWhileTheyWaitForAnotherProcess) {
    FileServer server(bytes(3000));
    const int other = open_or_make(folder / "file.bin.part");
    ASSERT_EQ(::flock(other, LOCK_EX), 0);
    stop.request_stop();
    EXPECT_EQ(error_of_get<Interrupted>(server),
              "interrupted while another process downloads " + (folder / "file.bin").string());
    ::close(other);
    EXPECT_THAT(server.requests(), IsEmpty());
}

}  // namespace
}  // namespace graft::testing

#include "app/path_stream.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;

class Pipe {
public:
    Pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("there is no pipe");
    }
    ~Pipe() {
        close_writer();
        ::close(ends_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int reader() const { return ends_[0]; }
    void write(std::string_view text) const {
        while (!text.empty()) text.remove_prefix(static_cast<std::size_t>(::write(ends_[1], text.data(), text.size())));
    }
    void close_writer() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }

private:
    std::array<int, 2> ends_{};
};

TEST(PathStream, GivesWhatHasArrivedWithoutWaitingForMore) {
    const Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write("a.jpg\nfolder/b c.jpg\nhalf");
    EXPECT_THAT(stream.next(64), ElementsAre("a.jpg", "folder/b c.jpg"));
    pipe.write("-line.jpg\n");
    EXPECT_THAT(stream.next(64), ElementsAre("half-line.jpg"));
}

TEST(PathStream, GivesAtMostAsManyAsAskedFor) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write("1\n2\n3\n4\n5\n");
    pipe.close_writer();
    EXPECT_THAT(stream.next(2), ElementsAre("1", "2"));
    EXPECT_THAT(stream.next(2), ElementsAre("3", "4"));
    EXPECT_THAT(stream.next(2), ElementsAre("5"));
    EXPECT_THAT(stream.next(2), IsEmpty());
    EXPECT_THAT(stream.next(2), IsEmpty());
}

TEST(PathStream, TakesALastLineWithoutEnd) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write("a.jpg\nb.jpg");
    pipe.close_writer();
    EXPECT_THAT(stream.next(64), ElementsAre("a.jpg", "b.jpg"));
    EXPECT_THAT(stream.next(64), IsEmpty());
}

TEST(PathStream, DropsEmptyLinesAndTheReturnsOfOtherSystems) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write("\n\na.jpg\r\n\r\n\nb.jpg\n\n");
    pipe.close_writer();
    EXPECT_THAT(stream.next(64), ElementsAre("a.jpg", "b.jpg"));
    EXPECT_THAT(stream.next(64), IsEmpty());
}

TEST(PathStream, DropsTheByteOrderMarkOfUtf8) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write(
        "\xEF\xBB\xBF"
        "a.jpg\r\n\xEF\xBB\xBF"
        "b.jpg\r\n");
    pipe.close_writer();
    EXPECT_THAT(stream.next(64), ElementsAre("a.jpg",
                                             "\xEF\xBB\xBF"
                                             "b.jpg"));
}

TEST(PathStream, DropsAByteOrderMarkThatArrivesInPieces) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    const std::jthread writer([&] {
        for (const char* piece : {"\xEF", "\xBB", "\xBF", "a.jpg\n"}) {
            pipe.write(piece);
            std::this_thread::yield();
        }
        pipe.close_writer();
    });
    EXPECT_THAT(stream.next(1), ElementsAre("a.jpg"));
}

TEST(PathStream, SaysOfUtf16WhatItIs) {
    for (const std::string_view mark : {"\xFF\xFE", "\xFE\xFF"}) {
        const Pipe pipe;
        PathStream stream(pipe.reader(), {});
        pipe.write(mark);
        EXPECT_EQ(error_message<DataError>([&] { (void)stream.next(64); }),
                  "standard input: the list is UTF-16 text; give it as UTF-8");
    }
}

TEST(PathStream, GivesPathsOfAnyBytes) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    pipe.write("Bl\xFCte.jpg\n\xEF\n");
    pipe.close_writer();
    EXPECT_THAT(stream.next(64), ElementsAre("Bl\xFCte.jpg", "\xEF"));
}

TEST(PathStream, GivesNothingForAnEmptyPipe) {
    Pipe pipe;
    pipe.close_writer();
    EXPECT_THAT(PathStream(pipe.reader(), {}).next(64), IsEmpty());
}

TEST(PathStream, WaitsForTheFirstPath) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    const std::jthread writer([&] {
        pipe.write("lat");
        pipe.write("e.jpg\n");
        pipe.close_writer();
    });
    EXPECT_THAT(stream.next(64), ElementsAre("late.jpg"));
}

TEST(PathStream, LosesNothingOfALongStream) {
    Pipe pipe;
    PathStream stream(pipe.reader(), {});
    const std::jthread writer([&] {
        for (int i = 0; i < 20'000; ++i) pipe.write("folder/picture-" + std::to_string(i) + ".jpg\n");
        pipe.close_writer();
    });
    int count = 0;
    for (auto paths = stream.next(64); !paths.empty(); paths = stream.next(64)) {
        ASSERT_LE(paths.size(), 64);
        for (const auto& path : paths) ASSERT_EQ(path, "folder/picture-" + std::to_string(count++) + ".jpg");
    }
    EXPECT_EQ(count, 20'000);
}

TEST(PathStream, EndsWhenAStopIsRequested) {
    const Pipe pipe;  // whose writer stays open and says nothing
    std::stop_source source;
    PathStream stream(pipe.reader(), source.get_token());
    const std::jthread stopper([&] { source.request_stop(); });
    EXPECT_THAT(stream.next(64), IsEmpty());
    pipe.write("a.jpg\n");
    EXPECT_THAT(stream.next(64), IsEmpty());
}

TEST(PathStream, SaysWhenTheInputCannotBeRead) {
    int closed = 0;
    {
        const Pipe pipe;
        closed = pipe.reader();
    }
    EXPECT_EQ(error_message<Error>([&] { (void)PathStream(closed, {}).next(1); }),
              "standard input cannot be read: Bad file descriptor");
}

}  // namespace
}  // namespace graft

// The bound that docs/data.md states: a list of 1,000,000 rows within 1 GB. How fast it is, scripts/bench measures.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>

#include "core/files.hpp"
#include "core/text.hpp"
#include "data/list/read_list.hpp"
#include "temporary_folder.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GRAFT_TEST_SANITIZED 1
#endif

namespace graft {
namespace {

constexpr std::size_t kRows = 1'000'000;

/// Rows as of a real data set: a thousand files a folder, a thousand classes, two parts. The files are not there.
std::string list_of_a_million() {
    std::string text = "image_path,label,split\n";
    for (std::size_t row = 0; row < kRows; ++row)
        text += format_text("photographs/{:04}/{:09}.jpg,species {},{}\n", row / 1000, row, row * 7919 % 1000,
                            row % 5 == 0 ? "test" : "train");
    return text;
}

/// In a process of its own, whose peak of memory is then known: how many samples of how many classes, how many KiB.
std::string read_apart(const std::filesystem::path& list, const std::filesystem::path& result) {
    const pid_t child = ::fork();
    if (child == 0) {
        const ListedImages listed =
            read_list(list, {.split_column = "split"}, {.missing_files = OnBadImage::skip, .trains = true});
        struct rusage usage {};
        ::getrusage(RUSAGE_SELF, &usage);
        write_file(result, format_text("{} {} {}", listed.images.samples.size(), listed.images.classes.size(),
                                       static_cast<std::int64_t>(usage.ru_maxrss)));
        ::_exit(0);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? read_file(result) : "";
}

TEST(MillionRows, AreReadWithinAGigabyte) {
#ifdef GRAFT_TEST_SANITIZED
    GTEST_SKIP() << "sanitizers take memory of their own";
#endif
    const testing::TemporaryFolder folder;
    const std::string told = read_apart(folder.write("list.csv", list_of_a_million()), folder / "result");
    ASSERT_TRUE(told.starts_with("1000000 1000 ")) << told;
    std::int64_t kibibytes = 0;
    std::from_chars(told.data() + std::string_view("1000000 1000 ").size(), told.data() + told.size(), kibibytes);
    EXPECT_GT(kibibytes, 100'000);  // it was measured
    EXPECT_LT(kibibytes, 1'000'000'000 / 1024);
}

}  // namespace
}  // namespace graft

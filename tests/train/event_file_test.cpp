#include "train/event_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/files.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

/// Written by TensorBoard's own code: golden/event_file.py.
class EventRecords : public ::testing::Test {
protected:
    const Json golden_ = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "event_file.json");
    const double wall_seconds_ = golden_.at("wall_seconds").get<double>();
    [[nodiscard]] std::string expected(const char* name) const { return golden_.at("records").at(name); }
};

TEST(Crc32c, MatchesThePublishedVectors) {  // RFC 3720, appendix B.4, and the check value of the CRC catalogue
    EXPECT_EQ(crc32c(""), 0U);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
}

TEST_F(EventRecords, BeginWithTheVersion) { EXPECT_EQ(hex(framed(version_event(wall_seconds_))), expected("version")); }

TEST_F(EventRecords, TellWhereASessionStarts) {
    EXPECT_EQ(hex(framed(session_start_event(7, wall_seconds_))), expected("session_start_7"));
}

TEST_F(EventRecords, HoldScalarsByteForByteAsTensorBoardWritesThem) {
    const Scalars first{{"epoch_loss", 0.6931471805599453}, {"epoch_accuracy", 0}};
    EXPECT_EQ(hex(framed(scalars_event(first, 0, wall_seconds_))), expected("scalars_0"));
    const Scalars later{{"epoch_loss", std::numeric_limits<double>::infinity()},
                        {"epoch_learning_rate", 1e-4},
                        {std::string(200, 'x'), -2.5}};
    EXPECT_EQ(hex(framed(scalars_event(later, 300, wall_seconds_))), expected("scalars_300"));
}

TEST(EventFile, HoldsEveryRecordAsSoonAsItIsAdded) {
    EventFile file(testing::fresh_folder() / "train", 4, 1700000000.25);
    const std::string head = framed(version_event(1700000000.25)) + framed(session_start_event(4, 1700000000.25));
    EXPECT_EQ(read_file(file.path()), head);
    file.add({{"epoch_loss", 1}}, 4, 1700000001);
    EXPECT_EQ(read_file(file.path()), head + framed(scalars_event({{"epoch_loss", 1}}, 4, 1700000001)));
}

TEST(EventFile, NeverTouchesAnEarlierFile) {
    const auto folder = testing::fresh_folder();
    const EventFile first(folder, 0, 1700000000.25), second(folder, 0, 1700000000.75);
    EXPECT_TRUE(first.path().filename().string().starts_with("events.out.tfevents.1700000000."));
    EXPECT_NE(first.path(), second.path());
}

TEST(EventFile, NamesTheFolderThatCannotBeMade) {
    const auto folder = testing::fresh_folder();
    write_file(folder / "taken", "");
    try {
        const EventFile file(folder / "taken" / "train", 0, 0);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()),
                  (folder / "taken" / "train").string() + ": the folder cannot be made: Not a directory");
    }
}

}  // namespace
}  // namespace graft

#include "features/feature_space.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/random.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

constexpr std::size_t kFloats = 5;

Fingerprint key_of(int number) { return fingerprint(std::to_string(number)); }

std::vector<float> values(int number) {
    std::vector<float> result(kFloats);
    for (std::size_t i = 0; i < kFloats; ++i) result[i] = static_cast<float>(number) + 0.25F * static_cast<float>(i);
    return result;
}

std::vector<float> read(const FeatureSpace& space, std::uint64_t row) {
    std::vector<float> result(kFloats);
    space.read(row, result);
    return result;
}

TEST(FeatureSpace, GivesBackWhatWasAppendedAlsoAfterReopening) {
    const TemporaryFolder folder;
    {
        FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
        EXPECT_EQ(space.find(key_of(1)), std::nullopt);
        EXPECT_EQ(read(space, space.append(key_of(1), values(1))), values(1));
        space.append(key_of(2), values(2));
    }
    FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
    EXPECT_EQ(read(space, space.find(key_of(2)).value()), values(2));
    EXPECT_EQ(read(space, space.find(key_of(1)).value()), values(1));
}

TEST(FeatureSpace, Float16TakesHalfTheRoomAndRoundsToElevenBits) {
    const TemporaryFolder folder;
    FeatureSpace space(folder.path(), 2, FeatureType::float16);
    const std::uint64_t row = space.append(key_of(1), std::vector<float>{0.1F, 1024.5F});
    std::vector<float> found(2);
    space.read(row, found);
    EXPECT_EQ(found, (std::vector<float>{0.0999755859375F, 1024.0F}));  // ties to even
    EXPECT_EQ(std::filesystem::file_size(folder / "rows.bin"), 4u);
}

TEST(FeatureSpace, ADamagedRowIsAsIfItWereNotThereAndCanBeAppendedAnew) {
    const TemporaryFolder folder;
    {
        FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
        for (int i = 0; i < 3; ++i) space.append(key_of(i), values(i));
    }
    std::fstream(folder / "rows.bin", std::ios::in | std::ios::out | std::ios::binary).seekp(kFloats * 4 + 3).put('x');
    FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
    EXPECT_EQ(space.find(key_of(1)), std::nullopt);
    EXPECT_TRUE(space.find(key_of(0)) && space.find(key_of(2)));
    space.append(key_of(1), values(1));
    FeatureSpace again(folder.path(), kFloats, FeatureType::float32);
    EXPECT_EQ(read(again, again.find(key_of(1)).value()), values(1));
}

TEST(FeatureSpace, LosesOnlyTheRowsThatACutTookAway) {
    const TemporaryFolder folder;
    {
        FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
        for (int i = 0; i < 4; ++i) space.append(key_of(i), values(i));
    }
    std::filesystem::resize_file(folder / "rows.bin", 2 * kFloats * 4 + 7);
    FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
    EXPECT_TRUE(space.find(key_of(0)) && space.find(key_of(1)));
    EXPECT_FALSE(space.find(key_of(2)) || space.find(key_of(3)));
    const std::uint64_t row = space.append(key_of(3), values(33));
    EXPECT_EQ(read(space, row), values(33));
    EXPECT_EQ(read(space, space.find(key_of(1)).value()), values(1));
}

TEST(FeatureSpace, IsAnErrorAndNotACrashWhenTheFileIsCutShortInUse) {
    const TemporaryFolder folder;
    FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
    const std::uint64_t row = space.append(key_of(1), values(1));
    std::filesystem::resize_file(folder / "rows.bin", 3);
    std::vector<float> room(kFloats);
    EXPECT_THROW(space.read(row, room), Error);
}

TEST(FeatureSpace, TwoWritersShareOneFolder) {
    const TemporaryFolder folder;
    FeatureSpace first(folder.path(), kFloats, FeatureType::float32),
        second(folder.path(), kFloats, FeatureType::float32);
    for (int i = 0; i < 20; ++i) (i % 3 == 0 ? first : second).append(key_of(i), values(i));
    FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(read(space, space.find(key_of(i)).value()), values(i));
}

TEST(FeatureSpace, ATemporaryOneLeavesNothingBehind) {
    const TemporaryFolder folder;
    const auto space = FeatureSpace::temporary(folder.path(), kFloats, FeatureType::float32);
    EXPECT_EQ(read(*space, space->append(key_of(7), values(7))), values(7));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

/// Random bytes written over random places: whatever is found is what was appended.
TEST(FeatureSpace, NeverGivesBackADamagedRow) {
    Rng rng(3);
    for (int round = 0; round < 60; ++round) {
        const TemporaryFolder folder;
        {
            FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
            for (int i = 0; i < 12; ++i) space.append(key_of(i), values(i));
        }
        for (const char* name : {"rows.bin", "index.bin"}) {
            const auto size = std::filesystem::file_size(folder / name);
            std::fstream(folder / name, std::ios::in | std::ios::out | std::ios::binary)
                .seekp(static_cast<std::streamoff>(rng.below(size)))
                .put(static_cast<char>(rng.below(256)));
            if (rng.bernoulli(0.3)) std::filesystem::resize_file(folder / name, rng.below(size));
        }
        FeatureSpace space(folder.path(), kFloats, FeatureType::float32);
        for (int i = 0; i < 12; ++i)
            if (const auto row = space.find(key_of(i))) {
                EXPECT_EQ(read(space, *row), values(i));
            }
    }
}

}  // namespace
}  // namespace graft

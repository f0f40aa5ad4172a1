#include "features/feature_cache.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

Fingerprint key(int number) { return fingerprint(std::to_string(number)); }

/// Makes a space that holds `rows` rows of 256 floats and was used `age` seconds ago.
std::string fill(const FeatureCache& cache, const std::filesystem::path& folder, const Json& description, int rows,
                 std::int64_t age) {
    const LeasedSpace leased = cache.open(description, 256, FeatureType::float32);
    for (int i = 0; i < rows; ++i) leased.space->append(key(i), std::vector<float>(256, 1.0F));
    for (const SpaceInfo& space : cache.list()) {
        if (space.description.at("features") != description) continue;
        const timespec then{std::time(nullptr) - age, 0};
        const timespec times[] = {then, then};
        ::utimensat(AT_FDCWD, (folder / space.name / "lease").c_str(), times, 0);
        return space.name;
    }
    return "";
}

TEST(FeatureCache, TheSameDescriptionIsTheSameSpaceAndAnyOtherIsAnother) {
    const TemporaryFolder folder;
    const FeatureCache cache(folder.path());
    const Json recipe = {{"weights", "abc"}, {"rotation", 20}};
    cache.open(recipe, 2, FeatureType::float32).space->append(key(1), std::vector<float>{1, 2});
    EXPECT_TRUE(cache.open(recipe, 2, FeatureType::float32).space->find(key(1)));
    EXPECT_FALSE(cache.open({{"weights", "abc"}, {"rotation", 21}}, 2, FeatureType::float32).space->find(key(1)));
    EXPECT_FALSE(cache.open(recipe, 3, FeatureType::float32).space->find(key(1)));
    EXPECT_FALSE(cache.open(recipe, 2, FeatureType::float16).space->find(key(1)));
    EXPECT_EQ(cache.list().size(), 4u);
}

TEST(FeatureCache, OfAnotherUserIsNotUsed) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make a folder somebody else's";
    const TemporaryFolder folder;
    ASSERT_EQ(::chown(folder.path().c_str(), 12345, 12345), 0);
    const FeatureCache cache(folder.path());
    EXPECT_EQ(testing::error_message<Error>([&] { (void)cache.open("anything", 2, FeatureType::float32); }),
              folder.path().string() + ": belongs to another user, who could have changed it");
    EXPECT_TRUE(folder.names().empty());
}

TEST(FeatureCache, ListsTheSpaceUsedLastFirst) {
    const TemporaryFolder folder;
    const FeatureCache cache(folder.path());
    fill(cache, folder.path(), "old", 1, 1000);
    fill(cache, folder.path(), "new", 1, 10);
    fill(cache, folder.path(), "middle", 1, 100);
    std::vector<std::string> names;
    for (const SpaceInfo& space : cache.list()) names.push_back(space.description.at("features"));
    EXPECT_EQ(names, (std::vector<std::string>{"new", "middle", "old"}));
}

TEST(FeatureCache, TakesAwayWhatWasNotUsedForLongestUntilTheRestFits) {
    const TemporaryFolder folder;
    const FeatureCache cache(folder.path());
    fill(cache, folder.path(), "old", 10, 1000);
    fill(cache, folder.path(), "middle", 10, 100);
    fill(cache, folder.path(), "new", 10, 10);
    const std::uint64_t each = cache.list().front().bytes;
    EXPECT_GT(cache.shrink_to(2 * each + each / 2), 10'000u);
    ASSERT_EQ(cache.list().size(), 2u);
    EXPECT_EQ(cache.list().back().description.at("features"), "middle");
    cache.shrink_to(0);
    EXPECT_TRUE(cache.list().empty());
}

TEST(FeatureCache, NeverTakesAwayASpaceThatIsInUse) {
    const TemporaryFolder folder;
    const FeatureCache cache(folder.path());
    const LeasedSpace used = cache.open("used", 256, FeatureType::float32);
    const std::uint64_t row = used.space->append(key(1), std::vector<float>(256, 2.0F));
    fill(cache, folder.path(), "idle", 10, 10);
    cache.shrink_to(0);
    ASSERT_EQ(cache.list().size(), 1u);
    EXPECT_TRUE(cache.list().front().in_use);
    std::vector<float> values(256);
    used.space->read(row, values);
    EXPECT_EQ(values.front(), 2.0F);
}

TEST(FeatureCache, ShowsASpaceWhoseDescriptionIsDamaged) {
    const TemporaryFolder folder;
    const FeatureCache cache(folder.path());
    const std::string name = fill(cache, folder.path(), "one", 1, 10);
    std::filesystem::resize_file(folder.path() / name / "space.json", 5);
    EXPECT_TRUE(cache.list().at(0).description.is_null());
    cache.shrink_to(0);
    EXPECT_TRUE(cache.list().empty());
}

}  // namespace
}  // namespace graft

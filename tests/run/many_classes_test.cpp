// As many classes as there may be.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "environment_variable.hpp"
#include "run/small_run.hpp"
#include "samples/sample_art.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

TEST(ManyClasses, TenThousandAreLearntAndNamed) {
    constexpr int kClasses = 10000;
    const testing::TemporaryFolder folder;
    const testing::EnvironmentVariable cache("GRAFT_CACHE", (folder / "cache").string());
    write_samples(folder / "data", {.train_per_class = 1, .test_per_class = 1, .image_size = 32});
    std::string rows = "image_path,label\n";
    for (int i = 0; i < kClasses; ++i) {
        const std::string name = format_text("links/{}.jpg", i);
        if (i == 0) std::filesystem::create_directories(folder / "links");
        std::filesystem::create_hard_link(folder / "data/train/fish/000.jpg", folder / name);
        rows += format_text("{},class {:05}\n", name, i);
    }
    folder.write("many.csv", rows);
    const RunConfig config = testing::small_config(folder / "data", folder / "run")
                                 .set("/data/train", (folder / "many.csv").string())
                                 .set_json("/data/test", "null")
                                 .set("/data/validation_split", 0)
                                 .set("/data/batch_size", 1000)
                                 .set("/training/epochs", 1);
    const TrainRecord record = train(config, {.backbones = {testing::small_backbone()}});
    const Predictor predictor(record.model);
    ASSERT_EQ(predictor.classes().size(), kClasses);
    EXPECT_EQ(predictor.classes()[1234], "class 01234");
    EXPECT_EQ(predictor.predict_file(folder / "links/0.jpg").size(), kClasses);
}

}  // namespace
}  // namespace graft

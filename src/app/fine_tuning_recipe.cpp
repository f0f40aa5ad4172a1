#include "app/fine_tuning_recipe.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/image_folder.hpp"
#include "data/list/read_list.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kManyImages = 20'000;  // BiT mixes pictures from here on
constexpr std::int64_t kSmallSide = 96, kSizeOfSmall = 128, kUsualSize = 224;

/// Passes that make so many steps, but for bounds.
struct Passes {
    double steps;
    std::int64_t least, most, unknown;
};
constexpr Passes kOfHead{.steps = 1000, .least = 5, .most = 20, .unknown = 5};
constexpr Passes kOfAll{.steps = 2000, .least = 6, .most = 30, .unknown = 12};

std::int64_t epochs_for(const DataExtent& extent, const Passes& passes, std::int64_t batch_size) {
    if (extent.images == 0) return passes.unknown;
    const double steps_per_epoch = static_cast<double>(extent.images) / static_cast<double>(batch_size);
    return std::clamp(static_cast<std::int64_t>(std::lround(passes.steps / steps_per_epoch)), passes.least,
                      passes.most);
}

std::vector<std::string> files_of(const fs::path& train) {
    std::vector<std::string> files;
    if (is_list(train))
        for (const ListedPath& path : read_list_paths(train, {}).paths) files.push_back(path.file);
    else
        for (const Sample& sample : list_images(train)) files.push_back(sample.file);
    return files;
}

/// The median of some pictures.
std::int64_t usual_side(const std::vector<std::string>& files) {
    constexpr std::size_t kLookedAt = 21;
    std::vector<std::int64_t> sides;
    const std::size_t looked_at = std::min(files.size(), kLookedAt);
    for (std::size_t i = 0; i < looked_at; ++i) {
        try {
            const cv::Mat picture = decode_image_file(files[i * files.size() / looked_at]);
            sides.push_back(std::min(picture.rows, picture.cols));
        } catch (const DataError&) {
            continue;  // the training will say so
        }
    }
    if (sides.empty()) return 0;
    std::ranges::nth_element(sides, sides.begin() + std::ssize(sides) / 2);
    return sides[sides.size() / 2];
}

}  // namespace

DataExtent extent_of(const fs::path& train) {
    std::error_code ignored;
    if (!fs::exists(train, ignored)) return {};
    try {
        const std::vector<std::string> files = files_of(train);
        return {.images = std::ssize(files), .side = usual_side(files)};
    } catch (const DataError&) {
        return {};  // a list with columns of other names
    }
}

Json fine_tuning_of(const DataExtent& extent, std::int64_t batch_size) {
    Json training = Json::parse(R"({
        "phases": [
            { "train": "head", "epochs": 0, "augment": false,
              "optimizer": { "name": "adam", "learning_rate": 0.001 } },
            { "train": "all", "epochs": 0, "layer_decay": 0.9, "batch_norm": "fixed",
              "optimizer": { "name": "adamw", "learning_rate": 0.0005, "weight_decay": 0.05 },
              "schedule": { "name": "cosine", "warm_up_epochs": 0.5 } } ],
        "loss": { "name": "cross_entropy", "label_smoothing": 0.1 },
        "clip_norm": 1.0
    })");
    training["phases"][0]["epochs"] = epochs_for(extent, kOfHead, batch_size);
    training["phases"][1]["epochs"] = epochs_for(extent, kOfAll, batch_size);
    if (extent.images >= kManyImages) training["phases"][1]["mixing"] = {{"name", "mixup"}, {"alpha", 0.1}};
    return training;
}

std::int64_t image_size_for(const DataExtent& extent) {
    return extent.side > 0 && extent.side < kSmallSide ? kSizeOfSmall : kUsualSize;
}

}  // namespace graft

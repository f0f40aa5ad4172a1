#include "app/starter_config.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/fine_tuning_recipe.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "data/layout.hpp"
#include "data/list/table.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// The folders of the data set and what follows from them.
Json data_section(const Layout& layout) {
    Json section = {{"train", escaped(layout.train.string())}};
    if (layout.validation) section["validation"] = escaped(layout.validation->string());
    if (layout.test) section["test"] = escaped(layout.test->string());
    if (!layout.validation) section["validation_split"] = 0.2;
    section.update(Json{{"image_size", 224}, {"batch_size", 32}});
    return section;
}

/// A list says in the usual column which rows validate and test, or some of its rows do.
Json data_section_of_list(const fs::path& list, std::vector<std::string>& notes) {
    constexpr const char* kSplitColumn = "split";
    Json section = {{"train", escaped(list.string())}};
    const std::vector<std::string> header = header_of(list, {});
    if (std::ranges::find(header, kSplitColumn) != header.end()) {
        section["list"] = {{"split_column", kSplitColumn}};
        notes.push_back(format_text("{}: its column \"{}\" says what validates and what tests", list, kSplitColumn));
    } else {
        section["validation_split"] = 0.2;
    }
    section.update(Json{{"image_size", 224}, {"batch_size", 32}});
    return section;
}

/// The folder's own name, also of "." and of "a/b/"; a list's without its extension.
std::string leaf_name(const fs::path& folder) {
    const fs::path whole = fs::weakly_canonical(fs::absolute(folder));
    if (is_list(folder)) return whole.stem().string();
    const std::string leaf = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    return leaf.empty() ? "images" : leaf;
}

/// What a network for these images needs, written out.
void fine_tune(Json& config, const fs::path& train, std::vector<std::string>& notes) {
    Json& data = config.at("data");
    DataExtent extent = extent_of(train);
    const double trains = 1 - data.value("validation_split", 0.0);
    extent.images = static_cast<std::int64_t>(std::llround(static_cast<double>(extent.images) * trains));
    config["augmentation"] = Json::parse(R"({ "width_shift_range": 0.1, "height_shift_range": 0.1,
                                              "zoom_range": 0.1, "horizontal_flip": true })");
    config["head"] = Json::parse(R"({ "pooling": "avg", "hidden": [], "dropout": 0.0 })");
    config["training"] = fine_tuning_of(extent, data.at("batch_size").get<std::int64_t>());
    data["image_size"] = image_size_for(extent);
    config["callbacks"] = Json::array();  // the schedule has the learning rate; the best epoch is kept anyway
    if (extent.images == 0) return;
    std::string note = format_text("{} to train on, of about {} pixels: {} epochs of everything at {}x{}",
                                   count_of(static_cast<std::uint64_t>(extent.images), "image"), extent.side,
                                   config["training"]["phases"][1]["epochs"].get<std::int64_t>(),
                                   data["image_size"].get<std::int64_t>(), data["image_size"].get<std::int64_t>());
    notes.push_back(std::move(note));
}

/// Nothing to tune and no picture varied: a second after the features.
void fit_once(Json& config) {
    config["augmentation"] = Json::object();
    config["head"] = Json::parse(R"({ "kind": "linear_probe", "c": 1.0 })");
    config["training"] = Json::parse(R"({ "loss": "cross_entropy" })");
    config["callbacks"] = Json::array();
}

}  // namespace

StarterConfig starter_config(const fs::path& data, const std::string& name, StarterRecipe recipe) {
    std::error_code ignored;
    Layout layout{.train = data / "train", .test = data / "test"};
    const bool of_list = is_list(data);
    if (!of_list && fs::exists(data, ignored)) layout = find_layout(data);
    Json config = Json::parse(R"({
        "$schema": "schema.json",
        "name": "",
        "seed": 0,
        "data": {},
        "augmentation": { "rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2,
                          "shear_range": 0.2, "zoom_range": 0.2, "horizontal_flip": true },
        "backbone": { "name": "efficientnet_lite0", "freeze": "all" },
        "head": { "pooling": "avg", "hidden": [512], "activation": "relu", "dropout": 0.0 },
        "training": { "epochs": 10, "optimizer": { "name": "adam", "learning_rate": 0.001 }, "loss": "cross_entropy" },
        "callbacks": [ { "name": "early_stopping", "monitor": "val_loss", "patience": 3 },
                       { "name": "reduce_lr_on_plateau", "monitor": "val_loss", "factor": 0.1, "patience": 2 } ],
        "output": ""
    })");
    const fs::path schema = schema_file_of(fs::read_symlink("/proc/self/exe", ignored));
    if (!schema.empty()) config["$schema"] = schema.string();
    config["name"] = escaped(name);
    config["data"] = of_list ? data_section_of_list(data, layout.notes) : data_section(layout);
    if (recipe == StarterRecipe::fine_tune) fine_tune(config, of_list ? data : layout.train, layout.notes);
    if (recipe == StarterRecipe::few_images) fit_once(config);
    config["output"] = escaped((fs::path("runs") / name).string());
    return {std::move(config), std::move(layout.notes)};
}

FolderConfig config_for_folder(const fs::path& data) {
    const std::string name = leaf_name(data);
    StarterConfig starter = starter_config(data, name);
    const fs::path file = name + ".json";
    const std::string text = pretty(starter.document);
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(file, ignored))) {
        write_file(file, text, Present::kept);
        starter.notes.push_back(format_text("{}: the config that was written for {}", file, data));
    } else if (read_file(file) != text) {
        throw ConfigError(
            format_text("{}: is already there, and is not what would be written for {}; to train as it "
                        "says: graft train {}; for another config: graft config init --data {} --output "
                        "FILE",
                        file, data, file, data));
    }
    return {file, std::move(starter.notes)};
}

std::filesystem::path schema_file_of(const std::filesystem::path& executable) {
    const std::filesystem::path folder = executable.parent_path();
    for (const char* place : {"../share/graft/configs/schema.json", "../../configs/schema.json"}) {
        std::error_code ignored;
        const std::filesystem::path file = (folder / place).lexically_normal();
        if (std::filesystem::is_regular_file(file, ignored)) return file;
    }
    return {};
}

}  // namespace graft

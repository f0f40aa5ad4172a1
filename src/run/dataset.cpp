#include "run/dataset.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/image_check.hpp"
#include "data/image_memo.hpp"
#include "data/split.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A folder with the classes of the training folder.
std::vector<Sample> other_part(const std::string& folder, const DataOptions& options, Dataset& dataset) {
    ImageFolder scanned = scan_image_folder(folder, dataset.classes, options.class_mismatch);
    for (const std::string& name : scanned.unknown_classes)
        dataset.warnings.push_back(
            format_text("{}: the class folder {} is left out: it was not trained", folder, name));
    return std::move(scanned.samples);
}

/// What earlier runs learnt of image files; where the cache folder cannot be used, nothing.
ImageMemo open_memo(Reporter& reporter) {
    const std::filesystem::path folder = cache_folder();
    if (folder.empty()) return {};
    try {
        std::filesystem::create_directories(folder);
        return ImageMemo(folder / "images.bin");
    } catch (const std::exception& error) {
        reporter.warn(std::string("the cache is not used: ") + error.what());
        return {};
    }
}

}  // namespace

Dataset read_dataset(const DataOptions& options) {
    ImageFolder folder = scan_image_folder(options.train);
    Split split = split_samples(folder, options.split);
    Dataset dataset{.classes = std::move(folder.classes),
                    .train = std::move(split.train),
                    .validation = std::move(split.validation)};
    if (options.validation) dataset.validation = other_part(*options.validation, options, dataset);
    if (options.test) dataset.test = other_part(*options.test, options, dataset);
    return dataset;
}

void check_images(Dataset& dataset, const DataOptions& options, const std::filesystem::path& skipped,
                  const std::stop_token& stop, Reporter& reporter) {
    ImageMemo memo = open_memo(reporter);
    const std::size_t workers = options.workers ? static_cast<std::size_t>(*options.workers)
                                                : std::max(1U, std::thread::hardware_concurrency());
    std::vector<BadImage> bad;
    std::size_t images = 0;
    Json list = Json::array();
    // Part by part: names are unique within a part only.
    for (const auto& [name, part] : {std::pair("train", &dataset.train), std::pair("validation", &dataset.validation),
                                     std::pair("test", &dataset.test)}) {
        images += part->size();
        std::vector<BadImage> found = find_bad_images(*part, workers, stop, reporter, memo);
        drop_bad_images(*part, found);
        for (const BadImage& image : found)
            list.push_back({{"part", name}, {"name", image.name}, {"reason", image.reason}});
        std::ranges::move(found, std::back_inserter(bad));
    }
    if (bad.empty()) return;
    if (options.on_bad_image == OnBadImage::fail) fail_on_bad_images(bad, images);
    write_file(skipped, pretty(list));
    reporter.warn(format_text("{} cannot be decoded and left out; they are listed in {}", count_of(bad.size(), "image"),
                              skipped));
    for (const std::int64_t count : count_per_class(dataset.train, dataset.classes.size()))
        if (count == 0) throw DataError("without the images that cannot be decoded a class has none left to train on");
}

DataRecord record_of(const Dataset& dataset) {
    const std::size_t count = dataset.classes.size();
    const std::vector<std::int64_t> train = count_per_class(dataset.train, count),
                                    validation = count_per_class(dataset.validation, count),
                                    test = count_per_class(dataset.test, count);
    DataRecord record{.train = std::ssize(dataset.train),
                      .validation = std::ssize(dataset.validation),
                      .test = std::ssize(dataset.test)};
    for (std::size_t i = 0; i < count; ++i)
        record.classes.push_back({dataset.classes[i], train[i], validation[i], test[i]});
    return record;
}

std::string hash_of_names(const Dataset& dataset) {
    Sha256 hash;
    for (const std::vector<Sample>* part : {&dataset.train, &dataset.validation})
        for (const Sample& sample : *part) hash.add(sample.name).add("\n");
    return hash.hex();
}

}  // namespace graft

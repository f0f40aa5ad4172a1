#include "run/dataset.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <thread>
#include <utility>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/image_check.hpp"
#include "data/split.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

void take_remarks(const ImageFolder& folder, Remarks& remarks) {
    const auto add = [](std::vector<std::string>& all, const std::vector<std::string>& more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    add(remarks.notes, folder.remarks.notes);
    add(remarks.warnings, folder.remarks.warnings);
    for (const std::string& name : folder.unknown_classes)
        remarks.warnings.push_back(
            format_text("{}: the class folder {} is left out: it was not trained", shown(folder.root.string()), name));
}

/// A folder with the classes of the training folder.
std::vector<Sample> other_part(const std::string& folder, const DataOptions& options, Dataset& dataset) {
    ImageFolder scanned = scan_image_folder(folder, dataset.classes, options.class_mismatch, scan_options(options));
    take_remarks(scanned, dataset.remarks);
    return std::move(scanned.samples);
}

}  // namespace

Dataset read_dataset(const DataOptions& options) {
    const ImageFolder folder = scan_image_folder(options.train, scan_options(options));
    Split split = split_samples(folder, options.split);
    Dataset dataset{
        .classes = folder.classes, .train = std::move(split.train), .validation = std::move(split.validation)};
    take_remarks(folder, dataset.remarks);
    if (options.validation) dataset.validation = other_part(*options.validation, options, dataset);
    if (options.test) dataset.test = other_part(*options.test, options, dataset);
    return dataset;
}

void check_images(Dataset& dataset, const DataOptions& options, const std::filesystem::path& skipped_file,
                  const std::stop_token& stop, Reporter& reporter) {
    const std::array parts = {ImagePart{"train", dataset.train, true}, ImagePart{"validation", dataset.validation},
                              ImagePart{"test", dataset.test}};
    const ImageCheckOptions how{.workers = workers_of(options),
                                .on_bad_image = options.on_bad_image,
                                .limits = {.max_pixels = options.max_pixels}};
    const std::vector<SkippedImage> skipped = check_parts(parts, dataset.classes, how, stop, reporter);
    if (skipped.empty()) return;
    write_file(skipped_file, skipped_as_json(skipped));
    reporter.warn(format_text("{} left out, because they cannot be used; they are listed in {}",
                              count_of(skipped.size(), "image"), skipped_file));
}

std::size_t workers_of(const DataOptions& options) {
    if (options.workers) return static_cast<std::size_t>(*options.workers);
    return std::max(1U, std::thread::hardware_concurrency());
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

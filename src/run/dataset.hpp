/// @file
/// The samples of a run: which train, which validate, which test.
#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/data_options.hpp"
#include "data/image_folder.hpp"
#include "graft/core/reporter.hpp"
#include "record/run_record.hpp"
#include "run/run_options.hpp"
#include "task/task.hpp"

namespace graft {

struct Dataset {
    std::vector<std::string> classes;  ///< or the names of the labels or numbers
    TargetKind targets = TargetKind::one_class;
    bool is_list = false;                         ///< names do not say of which class the training images are
    std::vector<Sample> train, validation, test;  ///< validation, test: empty where the config names none
    Remarks remarks;                              ///< about the folders, for the user
};

/// Scans the folders, reads the lists and splits. No image is opened.
/// @param kind of targets that the task needs
/// @throws ConfigError for a bad pattern, and for folders where the task needs more than one class of an image;
///         DataError for folders and lists that cannot be used
[[nodiscard]] Dataset read_dataset(const DataOptions& options, TargetKind kind = TargetKind::one_class);
/// As the run's task needs them.
[[nodiscard]] Dataset read_dataset(const RunOptions& options, const Tables& tables);
/// The same of several runs, which differ in the split of their images alone: what trains is scanned once.
[[nodiscard]] std::vector<Dataset> read_datasets(std::span<const RunOptions> runs, const Tables& tables);

/// Where it is written what was seen of the images.
struct CheckFiles {
    std::filesystem::path skipped;
    std::filesystem::path findings = {};  ///< empty: nothing is looked for
};

/// Decodes every image that is not known to be good and does with bad ones what /data/on_bad_image says: names them
/// all, or takes them out of the dataset and lists them in a file.
/// @throws DataError for bad images that may not be skipped, and when a class has no image left to train on;
/// Interrupted
void check_images(Dataset& dataset, const DataOptions& options, const CheckFiles& files, const std::stop_token& stop,
                  Reporter& reporter);

/// Threads that decode: /data/workers, else one per core.
[[nodiscard]] std::size_t workers_of(const DataOptions& options);

/// Images of each class, or with each number, in each part.
[[nodiscard]] DataRecord record_of(const Dataset& dataset, const Task& task);

/// SHA-256 over the names of the images that train and validate.
[[nodiscard]] std::string hash_of_names(const Dataset& dataset);

}  // namespace graft

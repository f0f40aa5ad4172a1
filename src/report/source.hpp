/// @file
/// What a report is made from: the files of a run folder, or of a folder that `graft evaluate` wrote.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/image_check.hpp"
#include "graft/record/evaluation.hpp"
#include "image/augment/augmentation.hpp"
#include "image/preprocessing.hpp"
#include "record/run_record.hpp"
#include "report/predictions.hpp"
#include "report/run_findings.hpp"

namespace graft {

/// A limit that a metric had to reach, and whether it did.
struct JudgedGate {
    std::string metric;
    double bound = 0, value = 0;
    bool more_is_better = true, met = true;
};

struct ReportSource {
    std::filesystem::path folder;
    std::string name;              ///< of the run, or of what was evaluated
    std::optional<RunRecord> run;  ///< nothing: an evaluation alone
    bool finished = true;          ///< record.json is there
    std::optional<EvaluationRecord> test;
    Predictions predictions;
    std::vector<SkippedImage> left_out;
    std::optional<RunFindings> findings;  ///< nothing: nobody looked
    std::vector<JudgedGate> gates;
    std::filesystem::path model;  ///< model.pt, as a user writes it
    std::string model_hash;       ///< SHA-256; empty: no such file
    std::optional<Preprocessing> preprocessing;
    std::optional<AugmentationOptions> augmentation;  ///< nothing: no run, or one that this graft cannot read
    std::uint64_t seed = 0;

    [[nodiscard]] std::string task() const;
    [[nodiscard]] const ClassificationRecord* classification() const;
};

/// Reads a run folder, also of a run that is not over; or the folder of an evaluation.
/// @param model_hash where it is known: hashing a large model takes a second
/// @throws DataError when the folder is neither, or one of its files is damaged
[[nodiscard]] ReportSource read_report_source(const std::filesystem::path& folder, const std::string& model_hash = {});

/// What stands in a resolved config under a JSON pointer, as text; empty for nothing and null.
[[nodiscard]] std::string config_text(const RunRecord& run, const std::string& pointer);

/// The file of an image that predictions.csv names.
[[nodiscard]] std::filesystem::path image_file(const ReportSource& source, const std::string& name);
/// The same of an image of a run's "train", "validation" or "test".
[[nodiscard]] std::filesystem::path file_in_part(const RunRecord& run, const std::string& part,
                                                 const std::string& name);

/// Training images, a few of as many classes as possible: their names and files.
struct NamedFile {
    std::string name;
    std::filesystem::path file;
};
[[nodiscard]] std::vector<NamedFile> training_images(const ReportSource& source, std::size_t most);

}  // namespace graft

#include "run/teacher.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "inference/throughput.hpp"

namespace graft {
namespace {

constexpr const char* kPlaceOfTeacher = "/training/distillation/teacher";

/// Names of one list that the other lacks.
std::vector<std::string> names_beyond(const std::vector<std::string>& names, const std::vector<std::string>& others) {
    std::vector<std::string> beyond;
    for (const std::string& name : names)
        if (std::ranges::find(others, name) == others.end()) beyond.push_back(name);
    return beyond;
}

void expect_same_classes(const Predictor& teacher, const std::vector<std::string>& classes, const std::string& file) {
    const std::vector<std::string> missing = names_beyond(classes, teacher.classes()),
                                   unknown = names_beyond(teacher.classes(), classes);
    std::vector<std::string> problems;
    if (!missing.empty()) problems.push_back("it does not know " + joined(missing));
    if (!unknown.empty()) problems.push_back("this run does not know " + joined(unknown));
    if (!problems.empty())
        throw ConfigError(format_text("{}: {} has other classes than this run: {}", kPlaceOfTeacher, shown(file),
                                      joined(problems, "; ")));
}

/// Which of the teacher's values each class of the run is.
std::vector<std::size_t> places_of(const std::vector<std::string>& classes, const Predictor& teacher) {
    std::vector<std::size_t> places;
    for (const std::string& name : classes)
        places.push_back(
            static_cast<std::size_t>(std::ranges::find(teacher.classes(), name) - teacher.classes().begin()));
    return places;
}

}  // namespace

std::shared_ptr<const Predictor> load_teacher(const RunOptions& options, const Task& task) {
    const std::optional<std::string>& file = options.training.distillation.teacher;
    if (!file) return nullptr;
    if (task.kind() != TaskKind::classification)
        throw ConfigError(
            format_text("{}: learning from a teacher is for classification, not for {}", kPlaceOfTeacher, task.name()));
    const PredictorOptions how{
        .throughput = throughput_file(), .device = options.device, .max_pixels = options.data.max_pixels};
    auto teacher = std::make_shared<const Predictor>(*file, how);
    if (teacher->task() != task.name())
        throw ConfigError(format_text("{}: expected a model of {}, and {} is one of {}", kPlaceOfTeacher, task.name(),
                                      shown(*file), teacher->task()));
    expect_same_classes(*teacher, task.outputs(), *file);
    return teacher;
}

std::optional<Distillation> ask_teacher(const std::shared_ptr<const Predictor>& teacher, const Dataset& dataset,
                                        const RunOptions& options, const std::stop_token& stop, Reporter& reporter) {
    if (!teacher) return std::nullopt;
    const std::vector<std::size_t> places = places_of(dataset.classes, *teacher);
    std::vector<std::filesystem::path> files;
    for (const Sample& sample : dataset.train) files.emplace_back(sample.file);
    Distillation distillation{.teacher = at::empty({std::ssize(files), std::ssize(places)}),
                              .temperature = options.training.distillation.temperature,
                              .weight = options.training.distillation.weight};
    float* next = distillation.teacher.data_ptr<float>();
    reporter.start("asking the teacher", files.size(), "images");
    const auto consume = [&](std::size_t i, const Prediction& prediction) {
        if (!prediction.error.empty()) throw DataError(prediction.error);
        for (const std::size_t place : places)  // a probability may have become nothing
            *next++ = std::log(std::max(prediction.values[place], std::numeric_limits<float>::min()));
        reporter.advance(i + 1);
    };
    const auto workers = static_cast<std::size_t>(options.data.workers.value_or(0));
    const std::size_t done = teacher->predict_files(files, consume, workers, stop);
    reporter.finish();
    if (done < files.size()) throw Interrupted("interrupted while the teacher was being asked");
    return distillation;
}

}  // namespace graft

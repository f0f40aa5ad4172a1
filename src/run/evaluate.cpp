#include "graft/run/evaluate.hpp"

#include "run/evaluate_folder.hpp"

namespace graft {

EvaluationRecord evaluate(const Predictor& predictor, const std::filesystem::path& folder,
                          const EvaluationOptions& options) {
    SilentReporter silent;
    Reporter& reporter = options.reporter == nullptr ? silent : *options.reporter;
    const ImageFolder images = scan_image_folder(folder, predictor.classes(), options.class_mismatch);
    const EvaluateOptions how{
        .top_k = options.top_k,
        .on_bad_image = options.on_bad_image,
        .workers = options.workers,
        .predictions = options.output.empty() ? std::filesystem::path() : options.output / "predictions.csv"};
    const EvaluationRecord record =
        evaluate_folder(predictor, images, how, options.stop, reporter).finish(folder.string());
    if (!options.output.empty()) write_evaluation(options.output, record);
    return record;
}

}  // namespace graft

#include "run/label_errors.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "insight/confident_learning.hpp"
#include "run/held_out.hpp"

namespace graft {
namespace {

/// The images that take part, and what the network makes of them.
struct LabelEvidence {
    std::vector<std::size_t> images;
    std::vector<std::filesystem::path> files;
    std::vector<std::int64_t> labels;
    std::vector<std::size_t> groups;  ///< equal pictures, which must not vouch for each other
    std::vector<float> values;
};

LabelEvidence images_with_labels(const CheckedData& data, std::span<const CheckedImage> images) {
    LabelEvidence evidence;
    std::unordered_map<Fingerprint, std::size_t> groups;
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!images[i].good() || data.parts[images[i].part].only_compared) continue;
        evidence.images.push_back(i);
        evidence.files.emplace_back(images[i].sample->file);
        evidence.labels.push_back(images[i].sample->label);
        evidence.groups.push_back(groups.try_emplace(images[i].facts.pixels, i).first->second);
    }
    return evidence;
}

void add_vectors(LabelEvidence& evidence, const Embedder& embedder, const EmbedOptions& options, Reporter& reporter) {
    evidence.values.resize(evidence.files.size() * static_cast<std::size_t>(embedder.length));
    reporter.start("embedding", evidence.files.size(), "images");
    const std::size_t done =
        embed_files(embedder, evidence.files, options, [&](std::size_t i, const Embedding& embedding) {
            if (!embedding.error.empty()) throw DataError(embedding.error);  // was readable a moment ago
            std::ranges::copy(embedding.values,
                              evidence.values.begin() + static_cast<std::ptrdiff_t>(i * embedding.values.size()));
            reporter.advance(i + 1);
        });
    reporter.finish();
    if (done < evidence.files.size()) throw Interrupted("interrupted while label errors were being looked for");
}

}  // namespace

std::optional<Finding> find_label_errors(const CheckedData& data, std::span<const CheckedImage> images,
                                         const Embedder& embedder, const EmbedOptions& options, Reporter& reporter) {
    if (data.targets != TargetKind::one_class)
        throw ConfigError(format_text("--labels: is for images of one class each; these have {}", data.targets));
    LabelEvidence evidence = images_with_labels(data, images);
    add_vectors(evidence, embedder, options, reporter);
    const std::vector<float> probabilities = held_out_probabilities({.values = evidence.values,
                                                                     .labels = evidence.labels,
                                                                     .groups = evidence.groups,
                                                                     .classes = data.classes.size()},
                                                                    {.stop = options.stop}, reporter);
    Finding finding{.kind = FindingKind::label_errors, .images = {}, .classes = {}, .of = evidence.images.size()};
    for (const LabelError& error : find_label_errors(evidence.labels, {probabilities, data.classes.size()}))
        finding.images.push_back({.image = evidence.images[error.image],
                                  .score = error.probability,
                                  .other = {},
                                  .also = {},
                                  .suggested = error.suggested});
    return finding.images.empty() ? std::nullopt : std::optional(std::move(finding));
}

}  // namespace graft

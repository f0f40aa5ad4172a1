/// @file
/// What can be found out about a model or weights file, as `graft inspect` shows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "deploy/model_info.hpp"
#include "export/onnx/onnx_model.hpp"
#include "network/identify.hpp"
#include "weights/format/unwrap.hpp"
#include "weights/store/manifest.hpp"

namespace graft {

struct TensorFacts {
    std::string name, type;
    std::vector<std::int64_t> shape;
};

/// Which architecture weights are of.
struct ArchitectureFacts {
    ArchitectureFit best;
    std::vector<std::string> complete;  ///< all that the weights are complete for
};

/// What the file is, what it says of itself, and what it shows. Empty where a kind of file has nothing of it.
struct FileFacts {
    std::string file;
    std::uintmax_t bytes = 0;
    std::string kind;  ///< "graft model", "ONNX", "TorchScript", "weights"
    std::int64_t parameters = 0;
    std::map<std::string, std::size_t> types;  ///< how many tensors there are of each
    std::vector<std::string> notes;
    std::optional<OnnxSummary> onnx;
    std::optional<ModelInfo> info;  ///< of a graft model, in any format
    bool is_weights = false;        ///< then `architecture` was looked for, and `tensors` are all
    std::optional<ArchitectureFacts> architecture;
    std::int64_t class_count = 0;  ///< of a published classifier, whose classes have no names
    std::string sha256;
    std::optional<WeightsEntry> entry;  ///< of the manifest, or that the file carries
    std::int64_t image_size = 0;        ///< pixels of the square pictures that the stages were shown
    std::vector<StageRow> stages;
    std::vector<TensorFacts> tensors;
};

/// @param side pixels of the square pictures that a network of unknown input size is shown
/// @param choice which part of a weights file is meant
/// @throws DataError when it is of no kind that graft knows, or damaged
[[nodiscard]] FileFacts facts_of(const std::filesystem::path& file, std::int64_t side,
                                 const WeightsChoice& choice = {});

[[nodiscard]] Json to_json(const FileFacts& facts);

}  // namespace graft

#include "weights/format/weights_content.hpp"

#include "core/files.hpp"
#include "core/hash.hpp"
#include "weights/format/file_kind.hpp"

namespace graft {
namespace {

WeightsContent content_of(FileKind kind, std::string_view bytes, const std::string& where,
                          const WeightsChoice& choice) {
    switch (kind) {
        case FileKind::legacy_state_dict: return legacy_content(bytes, where, choice);
        case FileKind::safetensors: return safetensors_content(bytes, where, choice);
        default: return zip_content(bytes, where, choice);  // which says what other archives are
    }
}

}  // namespace

WeightsContent read_weights(const std::filesystem::path& file, const WeightsChoice& choice) {
    const FileKind kind = expect_use(file, FileUse::weights);
    const std::string bytes = read_file(file);
    WeightsContent content = content_of(kind, bytes, file.string(), choice);
    content.sha256 = sha256(bytes);
    return content;
}

}  // namespace graft

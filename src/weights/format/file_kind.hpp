/// @file
/// What a file is, by its content: the one recogniser behind every command that takes a model or weights.
#pragma once

#include <filesystem>
#include <string>

namespace graft {

enum class FileKind {
    graft_model,        ///< model.pt: TorchScript that carries graft.json
    torchscript,        ///< any other TorchScript module
    state_dict,         ///< torch.save since PyTorch 1.6
    legacy_state_dict,  ///< torch.save before
    safetensors,
    onnx,
    other,  ///< nothing that graft reads
};

/// A kind, and words about it for people.
struct RecognisedFile {
    FileKind kind = FileKind::other;
    std::string what;    ///< "a state dict of PyTorch", "a Git LFS pointer", "a JPEG image", "a folder"
    std::string advice;  ///< what takes it, or what to do with it, as a sentence without a full stop; may be ""
};

/// Looks at the beginning of a file, at the names in a zip archive, and at what lies in a folder. Damaged archives are
/// `other`. Only regular files are opened.
/// Throws DataError naming the file and the system's reason when it is not there or cannot be read.
[[nodiscard]] RecognisedFile what_is(const std::filesystem::path& file);

/// What a command or an option wants a file for.
enum class FileUse {
    model,        ///< graft predict, evaluate, export: a model that graft has trained
    runnable,     ///< graft verify: such a model, or ONNX
    weights,      ///< /backbone/weights, graft weights add, convert: a state dict, safetensors or TorchScript
    torchscript,  ///< /backbone/weights of "torchscript"
    any,          ///< graft inspect
};

[[nodiscard]] bool serves(FileKind kind, FileUse use);

/// "<file>: is <what>; expected <what the use takes>. <advice>", for files that do not serve a use.
[[nodiscard]] std::string refusal(const std::filesystem::path& file, const RecognisedFile& found, FileUse use);

/// What the file is. Throws DataError with the refusal when it does not serve the use.
FileKind expect_use(const std::filesystem::path& file, FileUse use);

}  // namespace graft

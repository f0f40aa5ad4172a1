#include "weights/format/file_kind.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t kHeadBytes = 512;
constexpr unsigned char kNewestPickleProtocol = 5;
/// 0x1950a86a20f9469cfc6c, little-endian: the first thing that torch.save wrote before PyTorch 1.6.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;

constexpr std::string_view kImageAdvice = "Images come after the model: graft predict MODEL IMAGE";
constexpr std::string_view kKerasAdvice =
    "graft reads no Keras or TensorFlow files: build the network in PyTorch, give it these values and save its "
    "state_dict(), or export it as TorchScript";
constexpr std::string_view kUnpackAdvice = "Unpack it first";

/// Something that a file or a folder is told by, and words about it.
struct Sign {
    std::size_t position;
    std::string_view bytes, what, advice;
};

/// What people take for models and weights, by the bytes at a position.
constexpr auto kSigns = std::to_array<Sign>({
    {0, "version https://git-lfs"sv, "a Git LFS pointer", "git lfs pull downloads the file itself"},
    {0, "\x89HDF\r\n"sv, "an HDF5 file, as Keras writes them (.h5)", kKerasAdvice},
    {0, "\xFF\xD8\xFF"sv, "a JPEG image", kImageAdvice},
    {0, "\x89PNG\r\n"sv, "a PNG image", kImageAdvice},
    {0, "GIF8"sv, "a GIF image", kImageAdvice},
    {0, "II*\0"sv, "a TIFF image", kImageAdvice},
    {0, "MM\0*"sv, "a TIFF image", kImageAdvice},
    {8, "WEBP"sv, "a WebP image", kImageAdvice},
    {4, "ftyp"sv, "an image or a film in an ISO container (HEIC, AVIF, MP4)", kImageAdvice},
    {6, "\0\0\0\0\x36\0\0\0"sv, "a BMP image", kImageAdvice},
    {6, "\0\0\0\0\x8A\0\0\0"sv, "a BMP image", kImageAdvice},
    {0, "%PDF"sv, "a PDF document", ""},
    {0, "\x1f\x8b"sv, "compressed by gzip", kUnpackAdvice},
    {0, "\xfd\x37zXZ"sv, "compressed by xz", kUnpackAdvice},
    {0, "BZh"sv, "compressed by bzip2", kUnpackAdvice},
    {0, "\x28\xb5\x2f\xfd"sv, "compressed by zstd", kUnpackAdvice},
    {0, "7z\xbc\xaf"sv, "a 7-Zip archive", kUnpackAdvice},
    {257, "ustar"sv, "a tar archive (a download, or torch.save of PyTorch before 0.1.10)", kUnpackAdvice},
    {0, "\x93NUMPY"sv, "a NumPy array", "Save tensors under their names with torch.save or safetensors"},
    {0, "GGUF"sv, "a GGUF file, as llama.cpp reads them", "graft has no network that such files are written for"},
    {4, "TFL3"sv, "a TensorFlow Lite model", kKerasAdvice},
    {0,
     "\x7f"
     "ELF"sv,
     "a program or a library", ""},
});

/// Zip archives, by a record's name as it ends.
constexpr auto kArchives = std::to_array<Sign>({
    {0, "model.weights.h5"sv, "a model of Keras 3 (.keras)", kKerasAdvice},
    {0, "serialized_exported_program.json"sv, "a program of torch.export (.pt2)",
     "Save its state_dict() with torch.save, or the network with torch.jit.save"},
    {0, "archive_format"sv, "a program of torch.export (.pt2)",
     "Save its state_dict() with torch.save, or the network with torch.jit.save"},
    {0, "[Content_Types].xml"sv, "an office document", ""},
    {0, ".npy"sv, "an archive of NumPy arrays (.npz)", "Save tensors under their names with torch.save or safetensors"},
});

/// Folders, by a file in them; {} stands for its path.
struct FolderSign {
    std::string_view file, what;
    enum class Advice { take_file, keras, full_state } advice;
};
constexpr auto kFolders = std::to_array<FolderSign>({
    {"model.pt", "a folder, for example of a run", FolderSign::Advice::take_file},
    {"model.safetensors", "a model folder of Hugging Face", FolderSign::Advice::take_file},
    {"pytorch_model.bin", "a model folder of Hugging Face", FolderSign::Advice::take_file},
    {"saved_model.pb", "a folder with a TensorFlow SavedModel", FolderSign::Advice::keras},
    {".metadata", "a sharded checkpoint of torch.distributed.checkpoint", FolderSign::Advice::full_state},
});

RecognisedFile other(std::string_view what, std::string_view advice = "") {
    return {FileKind::other, std::string(what), std::string(advice)};
}

RecognisedFile known(FileKind kind) {
    constexpr std::string_view weights =
        "Weights are what a training begins with: /backbone/weights of a config and graft weights add take them";
    switch (kind) {
        case FileKind::graft_model:
            return {kind, "a model that graft has trained", "graft predict, evaluate, export and verify take it"};
        case FileKind::torchscript: return {kind, "a TorchScript module without graft.json", std::string(weights)};
        case FileKind::state_dict: return {kind, "a state dict or another object of torch.save", std::string(weights)};
        case FileKind::legacy_state_dict:
            return {kind, "a state dict or another object of torch.save, in the format before PyTorch 1.6",
                    std::string(weights)};
        case FileKind::safetensors: return {kind, "a safetensors file", std::string(weights)};
        case FileKind::onnx: return {kind, "an ONNX file", "graft verify and graft inspect take it"};
        case FileKind::other: break;
    }
    return other("of an unknown kind");
}

/// Eight bytes of header length, then the header, which is a JSON object.
bool is_safetensors(std::string_view head) {
    return head.size() > 8 && head[8] == '{' && head.substr(4, 4) == "\0\0\0\0"sv;
}

bool is_pickle(std::string_view head) {
    return head.size() > 1 && head[0] == '\x80' && static_cast<unsigned char>(head[1]) <= kNewestPickleProtocol;
}

/// A message that begins with the version of the format, a small number, and goes on with another field of a model.
bool is_onnx(std::string_view head) {
    constexpr std::string_view fields = "\x12\x1a\x22\x2a\x32\x3a\x42\x72"sv;
    return head.size() > 2 && head[0] == '\x08' && head[1] > 0 && head[1] < 64 &&
           fields.find(head[2]) != std::string_view::npos;
}

/// A SavedModel begins like an ONNX file of version 1 whose producer has a name of more than 127 letters.
bool is_saved_model(std::string_view head) {
    return head.starts_with("\x08\x01\x12"sv) && head.size() > 3 && head[3] < 0;
}

RecognisedFile kind_of_archive(const fs::path& file) {
    std::vector<std::string> names;
    try {
        names = StoredZip(file).names();
    } catch (const DataError& error) {
        std::string reason = std::string(error.what()).substr(file.string().size() + 2);
        if (!reason.starts_with("is ")) reason = "is a damaged zip archive: it " + reason;
        return other(reason.substr(3), "Copy or download it again");
    }
    const auto holds = [&](std::string_view name) {  // in the topmost folder
        return std::ranges::any_of(names, [&](std::string_view record) {
            const std::size_t folder = record.find('/');
            return folder != std::string_view::npos && record.substr(folder + 1) == name;
        });
    };
    if (holds("constants.pkl")) {
        RecognisedFile module = known(holds("extra/graft.json") ? FileKind::graft_model : FileKind::torchscript);
        if (holds("extra/weights.json")) module.what = "weights that graft has written as TorchScript";
        return module;
    }
    if (holds("data.pkl")) return known(FileKind::state_dict);
    for (const Sign& sign : kArchives)
        if (std::ranges::any_of(names, [&](std::string_view name) { return name.ends_with(sign.bytes); }))
            return other(sign.what, sign.advice);
    if (std::ranges::any_of(names, [](const std::string& name) { return name.ends_with("/data.pkl"); }))
        return other("a zip archive with an archive of torch.save unpacked in it", kUnpackAdvice);
    return other("a zip archive, but not one that torch.save or torch.jit.save wrote", kUnpackAdvice);
}

RecognisedFile kind_of_folder(const fs::path& folder) {
    std::error_code ignored;
    for (const FolderSign& sign : kFolders) {
        const fs::path file = folder / sign.file;
        if (!fs::exists(file, ignored)) continue;
        switch (sign.advice) {
            case FolderSign::Advice::take_file: return other(sign.what, format_text("Name the file in it: {}", file));
            case FolderSign::Advice::keras: return other(sign.what, kKerasAdvice);
            case FolderSign::Advice::full_state:
                return other(sign.what,
                             "Save a full state dict (StateDictType.FULL_STATE_DICT, or "
                             "python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE)");
        }
    }
    return other("a folder, not a file");
}

/// Markup, JSON or other text.
std::optional<RecognisedFile> kind_of_text(std::string_view head) {
    if (head.starts_with("\xEF\xBB\xBF"sv)) head.remove_prefix(3);
    head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
    if (head.starts_with('<')) return other("an HTML or XML page", "Download the file itself, not the page about it");
    if (head.starts_with('{') || head.starts_with('['))
        return other("JSON text",
                     "graft train takes configs; an index of shards names the files that hold the tensors");
    return std::nullopt;
}

std::string first_bytes(std::string_view head) {
    std::string text;
    for (const char byte : head.substr(0, 8)) text += format_text(" {:02x}", static_cast<unsigned char>(byte));
    return text;
}

RecognisedFile kind_of_bytes(std::string_view head, const fs::path& file) {
    if (head.empty()) return other("empty", "Copy or download it again");
    if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) return kind_of_archive(file);
    if (is_safetensors(head)) return known(FileKind::safetensors);
    if (is_pickle(head))
        return head.substr(0, 32).find(kLegacyMagic) != std::string_view::npos
                   ? known(FileKind::legacy_state_dict)
                   : other("a Python pickle that PyTorch did not write", "Save the tensors alone with torch.save");
    if (is_saved_model(head)) return other("a TensorFlow graph (.pb)", kKerasAdvice);
    if (is_onnx(head)) return known(FileKind::onnx);
    for (const Sign& sign : kSigns)
        if (head.size() > sign.position && head.substr(sign.position).starts_with(sign.bytes))
            return other(sign.what, sign.advice);
    if (file.extension() == ".pb") return other("a TensorFlow graph (.pb)", kKerasAdvice);
    if (const auto text = kind_of_text(head)) return *text;
    return other(format_text("of an unknown kind (it starts with the bytes{})", first_bytes(head)));
}

std::string_view expected_for(FileUse use) {
    switch (use) {
        case FileUse::model: return "a model that graft has trained (model.pt)";
        case FileUse::runnable: return "a model that graft has trained (model.pt), or an ONNX file";
        case FileUse::weights: return "a state dict saved with torch.save, a safetensors file, or TorchScript";
        case FileUse::torchscript: return "a TorchScript file (torch.jit.save writes them)";
        case FileUse::any: return "a model or weights file";
    }
    return "";
}

}  // namespace

RecognisedFile what_is(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (fs::is_directory(status)) return kind_of_folder(file);
    if (fs::exists(status) && !fs::is_regular_file(status)) return other("a device, a pipe or a socket, not a file");
    if (!fs::exists(status) && error) throw DataError(format_text("{}: cannot be read: {}", file, error.message()));
    return kind_of_bytes(read_beginning(file, kHeadBytes), file);
}

bool serves(FileKind kind, FileUse use) {
    switch (kind) {
        case FileKind::graft_model: return true;
        case FileKind::torchscript:
            return use == FileUse::weights || use == FileUse::torchscript || use == FileUse::any;
        case FileKind::state_dict:
        case FileKind::legacy_state_dict:
        case FileKind::safetensors: return use == FileUse::weights || use == FileUse::any;
        case FileKind::onnx: return use == FileUse::runnable || use == FileUse::any;
        case FileKind::other: return false;
    }
    return false;
}

std::string refusal(const fs::path& file, const RecognisedFile& found, FileUse use) {
    const bool is_torch_file = found.kind == FileKind::state_dict || found.kind == FileKind::legacy_state_dict ||
                               found.kind == FileKind::safetensors;
    const std::string_view advice =
        use == FileUse::torchscript && is_torch_file
            ? "Weights alone are no network: name the architecture that they belong to in /backbone/name"
            : std::string_view(found.advice);
    return format_text("{}: is {}; expected {}{}{}", file, found.what, expected_for(use), advice.empty() ? "" : ". ",
                       advice);
}

FileKind expect_use(const fs::path& file, FileUse use) {
    const RecognisedFile found = what_is(file);
    if (!serves(found.kind, use)) throw DataError(refusal(file, found, use));
    return found.kind;
}

}  // namespace graft

#include <algorithm>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/pickle.hpp"
#include "weights/format/weights_content.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

constexpr std::string_view kPickle = "data.pkl";

std::string_view text_of(const StorageBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// "resnet50/" for the archive of resnet50.pth: the folder of the first data.pkl.
std::string folder_of(const StoredZip& archive, const std::string& where) {
    for (const std::string& name : archive.names())
        if (name.ends_with("/" + std::string(kPickle))) return name.substr(0, name.size() - kPickle.size());
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < archive.names().size() && i < 3; ++i) shown.push_back(printable(archive.names()[i]));
    throw DataError(where + ": is a zip archive, but not one that torch.save wrote: it holds no data.pkl, but " +
                    (shown.empty() ? "nothing" : joined(shown)) +
                    (archive.names().size() > shown.size() ? ", ..." : ""));
}

void expect_state_dict(const StoredZip& archive, const std::string& folder, const std::string& where) {
    const auto is_code = [&](const std::string& name) { return name.starts_with(folder + "code/"); };
    if (archive.contains(folder + "constants.pkl") || std::ranges::any_of(archive.names(), is_code))
        throw DataError(where + ": is a TorchScript archive, not a state dict");
    if (!archive.contains(folder + "byteorder")) return;  // PyTorch before 2.1 ran on little-endian machines only
    const StorageBytes order = archive.read(folder + "byteorder");
    if (text_of(order) != "little")
        throw DataError(where + ": has the byte order \"" + printable(text_of(order)) + "\", graft reads \"little\"");
}

}  // namespace

WeightsContent zip_content(std::string_view file, const std::string& where, const WeightsChoice& choice) {
    const StoredZip archive(file, where);
    const std::string folder = folder_of(archive, where);
    expect_state_dict(archive, folder, where);
    const std::string inside = where + " (data.pkl)";
    const StorageBytes bytes = archive.read(folder + std::string(kPickle));
    ByteReader in(text_of(bytes), inside);
    const Pickle pickle = read_pickle(in);
    WeightsContent content;
    content.tensors = chosen_tensors(pickle, choice, where, content.notes);
    for (const NamedLayout& tensor : content.tensors) {
        const std::string& key = tensor.layout.storage.key;
        if (!content.storages.contains(key)) content.storages.emplace(key, archive.read(folder + "data/" + key));
    }
    return content;
}

}  // namespace graft

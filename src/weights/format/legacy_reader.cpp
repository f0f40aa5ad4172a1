#include <cstring>
#include <set>

#include "core/text.hpp"
#include "weights/format/byte_reader.hpp"
#include "weights/format/pickle.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {
namespace {

/// 0x1950a86a20f9469cfc6c, little-endian.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kProtocol = 1001;

void expect_magic(ByteReader& in) {
    const Pickle pickle = read_pickle(in);
    const PickleBigInteger* const magic = as<PickleBigInteger>(pickle.root);
    if (magic == nullptr || magic->bytes != kMagic) in.fail("is a pickle, but not one that PyTorch saved");
}

void expect_protocol(ByteReader& in) {
    const Pickle pickle = read_pickle(in);
    const auto* const protocol = std::get_if<std::int64_t>(&pickle.root);
    if (protocol == nullptr || *protocol != kProtocol)
        in.fail(format_text("is of an unknown version of PyTorch's format: expected {}", kProtocol));
}

/// The third pickle is a dict about the machine that saved.
void expect_little_endian(ByteReader& in) {
    const Pickle pickle = read_pickle(in);
    const PickleDict* const system = as<PickleDict>(pickle.root);
    if (system == nullptr) in.fail("does not say which machine saved it");
    for (const auto& [key, value] : system->items) {
        const PickleText* const name = as<PickleText>(key);
        if (name == nullptr || name->text != "little_endian") continue;
        const bool* const little = std::get_if<bool>(&value);
        if (little == nullptr || !*little) in.fail("was saved on a big-endian machine, which graft does not read");
    }
}

/// Bytes per element of every storage that the main pickle names.
std::map<std::string, std::int64_t> element_sizes(const Pickle& pickle, const ByteReader& in) {
    std::map<std::string, std::int64_t> sizes;
    for (const StorageReference& storage : pickle.arena.storages()) {
        const auto [known, is_new] = sizes.try_emplace(storage.key, bytes_per_element(storage.type));
        if (!is_new && known->second != bytes_per_element(storage.type))
            in.fail("gives the storage \"" + printable(storage.key) + "\" two types");
    }
    return sizes;
}

std::vector<std::string> read_keys(ByteReader& in) {
    const Pickle pickle = read_pickle(in);
    const PickleList* const list = as<PickleList>(pickle.root);
    if (list == nullptr) in.fail("does not list its storages");
    std::vector<std::string> keys;
    for (const PickleValue& item : list->items) {
        const PickleText* const key = as<PickleText>(item);
        if (key == nullptr) in.fail("lists a storage whose key is " + kind_of(item));
        keys.push_back(key->text);
    }
    return keys;
}

/// A storage is its number of elements (int64), then their bytes.
std::string_view read_storage(ByteReader& in, const std::string& key, std::int64_t element_size) {
    const std::string what = "the storage \"" + printable(key) + "\"";
    const auto count = in.number<std::int64_t>("the size of " + what);
    std::int64_t bytes = 0;
    if (count < 0 || __builtin_mul_overflow(count, element_size, &bytes))
        in.fail(format_text("says that {} has {} elements", what, count));
    return in.take(static_cast<std::uint64_t>(bytes), what);
}

StorageBytes copy_of(std::string_view bytes) {
    StorageBytes copy(bytes.size());
    if (!bytes.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
}

}  // namespace

WeightsContent legacy_content(std::string_view bytes, const std::string& where, const WeightsChoice& choice) {
    ByteReader in(bytes, where);
    expect_magic(in);
    expect_protocol(in);
    expect_little_endian(in);
    const Pickle pickle = read_pickle(in);
    WeightsContent content;
    content.tensors = chosen_tensors(pickle, choice, where, content.notes);
    const std::map<std::string, std::int64_t> sizes = element_sizes(pickle, in);
    std::set<std::string> wanted, seen;
    for (const NamedLayout& tensor : content.tensors) wanted.insert(tensor.layout.storage.key);
    for (const std::string& key : read_keys(in)) {
        const auto size = sizes.find(key);
        if (size == sizes.end()) in.fail("lists the storage \"" + printable(key) + "\", which no tensor uses");
        if (!seen.insert(key).second) in.fail("lists the storage \"" + printable(key) + "\" twice");
        const std::string_view storage = read_storage(in, key, size->second);
        if (wanted.contains(key)) content.storages.emplace(key, copy_of(storage));
    }
    if (in.remaining() > 0) in.fail(format_text("has {} bytes too many at its end", in.remaining()));
    return content;
}

}  // namespace graft

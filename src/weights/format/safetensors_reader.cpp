#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/byte_reader.hpp"
#include "weights/format/name_texts.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {
namespace {

using Json = nlohmann::json;  // sorted keys: looking one up stays fast in a header with a million of them

constexpr std::uint64_t kLongestHeader = 16 << 20;
constexpr int kDeepestHeader = 3;
constexpr std::string_view kMetadata = "__metadata__";

struct TypeRow {
    std::string_view name;
    ElementType type;
};
constexpr std::array<TypeRow, 10> kTypes = {{{"F32", ElementType::float32},
                                             {"F64", ElementType::float64},
                                             {"F16", ElementType::float16},
                                             {"BF16", ElementType::bfloat16},
                                             {"I64", ElementType::int64},
                                             {"I32", ElementType::int32},
                                             {"I16", ElementType::int16},
                                             {"I8", ElementType::int8},
                                             {"U8", ElementType::uint8},
                                             {"BOOL", ElementType::boolean}}};

/// A tensor and the bytes [begin, end) that hold it, counted from the end of the header.
struct Entry {
    NamedLayout tensor;
    std::uint64_t begin = 0, end = 0;
};

/// Refuses keys written twice and deep nesting, which nlohmann's parser lets pass.
class HeaderGuard {
public:
    explicit HeaderGuard(const std::string& where) : where_(where) {}

    bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
        if (depth > kDeepestHeader) fail(where_, "has a header that is nested too deeply");
        const auto level = static_cast<std::size_t>(std::max(depth, 0));
        if (event == Json::parse_event_t::object_start) keys_.at(level).clear();
        if (event == Json::parse_event_t::key && !keys_.at(level - 1).insert(parsed.get<std::string>()).second)
            fail(where_, "has the key \"" + printable(parsed.get<std::string>()) + "\" twice in its header");
        return true;
    }

private:
    const std::string& where_;
    std::array<std::unordered_set<std::string>, kDeepestHeader + 1> keys_;
};

Json parse_header(std::string_view text, const std::string& where) {
    HeaderGuard guard(where);
    const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) { return guard(depth, event, parsed); };
    try {
        Json header = Json::parse(text, check);
        if (!header.is_object()) fail(where, "has a header that is not JSON object");
        return header;
    } catch (const Json::parse_error& error) {
        fail(where, format_text("has a header that is not JSON at its byte {}", error.byte));
    } catch (const Json::exception&) {
        fail(where, "has a header that is not JSON: a number in it is too large");
    }
}

std::uint64_t whole_number(const Json& json, const std::string& where, const std::string& what) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > INT64_MAX)
        fail(where, what + " must be a whole number, found " + printable(json.dump()));
    return json.get<std::uint64_t>();
}

ElementType element_type(const Json& json, const std::string& where, const std::string& shown) {
    std::string allowed;
    for (const TypeRow& row : kTypes) {
        if (json.is_string() && json.get_ref<const std::string&>() == row.name) return row.type;
        allowed += (allowed.empty() ? "" : ", ") + std::string(row.name);
    }
    fail(where, shown + " has the dtype " + printable(json.dump()) + ", known are " + allowed);
}

const Json& member(const Json& object, const char* key, const std::string& where, const std::string& shown) {
    const auto found = object.find(key);
    if (found == object.end()) fail(where, shown + " has no \"" + key + "\"");
    return *found;
}

Entry read_entry(const std::string& name, const Json& json, const std::string& where) {
    const std::string shown = "tensor " + in_quotes(name);
    if (!json.is_object()) fail(where, shown + " is not described by an object");
    Entry entry;
    entry.tensor.name = name;
    TensorLayout& layout = entry.tensor.layout;
    layout.storage.key = name;
    layout.storage.type = element_type(member(json, "dtype", where, shown), where, shown);
    const Json &shape = member(json, "shape", where, shown), &offsets = member(json, "data_offsets", where, shown);
    if (!shape.is_array() || shape.size() > 64) fail(where, shown + ": its shape must be an array of up to 64 sizes");
    for (const Json& size : shape)
        layout.sizes.push_back(static_cast<std::int64_t>(whole_number(size, where, shown + ": a size")));
    if (!offsets.is_array() || offsets.size() != 2) fail(where, shown + ": its data_offsets must be [begin, end]");
    entry.begin = whole_number(offsets[0], where, shown + ": an offset");
    entry.end = whole_number(offsets[1], where, shown + ": an offset");
    if (entry.end < entry.begin) fail(where, shown + ": its data ends before it begins");
    return entry;
}

std::map<std::string, std::string> read_metadata(const Json& header, const std::string& where) {
    const auto found = header.find(kMetadata);
    if (found == header.end()) return {};
    const Json& metadata = *found;
    const auto is_text = [](const Json& value) { return value.is_string(); };
    if (!metadata.is_object() || !std::ranges::all_of(metadata, is_text))
        fail(where, "has a __metadata__ that is not an object of texts");
    return metadata.get<std::map<std::string, std::string>>();
}

/// In the order of their bytes.
std::vector<Entry> read_entries(const Json& header, const std::string& where) {
    std::vector<Entry> entries;
    for (const auto& [name, json] : header.items())
        if (name != kMetadata) entries.push_back(read_entry(name, json, where));
    std::ranges::stable_sort(entries, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
    return entries;
}

/// Takes the bytes of `entry`, which must follow those before it and be as many as its shape and dtype say.
StorageBytes take_bytes(ByteReader& data, std::uint64_t position, Entry& entry, const std::string& where) {
    TensorLayout& layout = entry.tensor.layout;
    const std::string shown = "tensor " + in_quotes(entry.tensor.name);
    if (entry.begin != position)
        fail(where,
             format_text("{} begins at byte {} of the data, expected {}: tensors must neither overlap nor leave holes",
                         shown, entry.begin, position));
    std::int64_t bytes =
        bytes_per_element(layout.storage.type);  // counted without empty dimensions: see contiguous_strides
    for (const std::int64_t size : layout.sizes)
        if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes))
            fail(where, shown + " is larger than any file");
    if (std::ranges::find(layout.sizes, 0) != layout.sizes.end()) bytes = 0;
    if (static_cast<std::uint64_t>(bytes) != entry.end - entry.begin)
        fail(where, format_text("{} has {} bytes, its shape and dtype need {}", shown, entry.end - entry.begin, bytes));
    const std::string_view taken = data.take(entry.end - entry.begin, shown);
    layout.storage.count = layout.storage.view_count = bytes / bytes_per_element(layout.storage.type);
    layout.strides = contiguous_strides(layout.sizes);
    StorageBytes copy(taken.size());
    if (!taken.empty()) std::memcpy(copy.data(), taken.data(), taken.size());
    return copy;
}

}  // namespace

WeightsContent safetensors_content(std::string_view bytes, const std::string& where, const WeightsChoice& choice) {
    if (!choice.key.empty())
        fail(where, "is a safetensors file, which holds tensors alone: a key chooses in files of torch.save");
    ByteReader in(bytes, where);
    const auto length = in.number<std::uint64_t>("the length of the header");
    if (length > kLongestHeader)
        fail(where, format_text("has a header of {} bytes, allowed are {}", length, kLongestHeader));
    const std::string_view header = in.take(length, "the header");
    if (!header.starts_with('{')) fail(where, "has a header that does not start with {");
    const Json described = parse_header(header, where);
    std::vector<Entry> entries = read_entries(described, where);
    WeightsContent content;
    content.metadata = read_metadata(described, where);
    if (entries.empty()) fail(where, "holds no tensors");
    const std::size_t start = in.position();
    for (Entry& entry : entries) {
        StorageBytes storage = take_bytes(in, in.position() - start, entry, where);
        content.storages.emplace(entry.tensor.name, std::move(storage));
        content.tensors.push_back(std::move(entry.tensor));
    }
    if (in.remaining() > 0) fail(where, format_text("has {} bytes that belong to no tensor", in.remaining()));
    tidy_names(content.tensors, choice.prefix, where, content.notes);
    return content;
}

}  // namespace graft

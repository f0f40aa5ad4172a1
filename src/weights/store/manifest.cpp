#include "weights/store/manifest.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <span>
#include <stdexcept>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"

namespace graft {
namespace {

constexpr std::size_t kSha256Digits = 64, kFewestDigits = 8;
constexpr double kLongestSide = 4096;

/// One number per channel, written as a list of three.
void describe_channels(Fields& fields, const char* key, std::array<double, 3>& channels, const Limits& limits) {
    std::vector<double> list(channels.begin(), channels.end());
    fields.field(key, list, "Of red, green and blue, on the scale 0 to 255.", {limits, 3, 3});
    if (list.size() == channels.size()) std::ranges::copy(list, channels.begin());
}

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Letters, digits and `_ . -`: fit for a file's name, and no path.
bool is_plain_name(std::string_view text) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-'; };
    return !text.empty() && text.front() != '.' && std::ranges::all_of(text, plain);
}

std::string got(const std::string& value) { return ", got " + Json(value).dump(); }

template <class Matches>
std::optional<WeightsEntry> first(Matches matches) {
    const auto found = std::ranges::find_if(weights_manifest(), matches);
    return found == weights_manifest().end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::optional<double> WeightsPreprocessing::crop_fraction() const {
    if (!resize_shorter_side) return std::nullopt;
    return std::min(1.0, static_cast<double>(std::min(height, width)) / static_cast<double>(*resize_shorter_side));
}

void describe(Fields& fields, WeightsPreprocessing& preprocessing) {
    const Limits side = between(1, kLongestSide);
    fields.field(required("height"), preprocessing.height, "Height of the network's input, in pixels.", side);
    fields.field(required("width"), preprocessing.width, "Width of the network's input, in pixels.", side);
    fields.field("resize_shorter_side", preprocessing.resize_shorter_side,
                 "Pixels of the picture's shorter side before its middle is cut out; `null`: the whole picture.", side);
    fields.choice(required("interpolation"), preprocessing.interpolation, "For enlarging.");
    describe_channels(fields, "mean", preprocessing.mean, between(0, 255));
    describe_channels(fields, "std", preprocessing.std, {.minimum = 0, .above_minimum = true});
}

void describe(Fields& fields, WeightsEntry& entry) {
    fields.field(required("name"), entry.name, "What a config calls the weights.");
    fields.field(required("architecture"), entry.architecture, "The network that they belong to.");
    fields.field(required("file"), entry.file, "The file's name.");
    fields.field(required("source"), entry.source, "Who published them.");
    fields.field("url", entry.url, "Where the file can be downloaded; `null`: nowhere as such.");
    fields.field(required("licence"), entry.licence, "Under which licence.");
    fields.field("sha256", entry.sha256, "Of the file; `null`: not on record.");
    fields.field("sha256_prefix", entry.sha256_prefix, "The beginning of the SHA-256, where no more is known.");
    fields.field("bytes", entry.bytes, "Size of the file; `null`: not on record.", at_least(1));
    fields.field("parameters", entry.parameters, "Of the network as published, with its classifier.", at_least(1));
    fields.field("imagenet_top1", entry.imagenet_top1, "Accuracy on ImageNet as published.", between(0, 1));
    fields.object(required("preprocessing"), entry.preprocessing, "How pictures were prepared.");
}

std::vector<std::string> check_entry(const WeightsEntry& entry) {
    std::vector<std::string> problems;
    if (!is_plain_name(entry.name) || entry.name == "random")
        problems.push_back("/name: expected letters, digits, '_', '.' and '-', and not \"random\"" + got(entry.name));
    if (!is_plain_name(entry.file))
        problems.push_back("/file: expected a file's name without folders" + got(entry.file));
    if (entry.url && !entry.url->starts_with("https://") && !entry.url->starts_with("http://"))
        problems.push_back("/url: expected an address that begins with https:// or http://" + got(*entry.url));
    if (entry.sha256 && (entry.sha256->size() != kSha256Digits || !is_hexadecimal(*entry.sha256)))
        problems.push_back("/sha256: expected 64 lower-case hexadecimal digits" + got(*entry.sha256));
    if (const auto& digits = entry.sha256_prefix)
        if (digits->size() < kFewestDigits || digits->size() >= kSha256Digits || !is_hexadecimal(*digits))
            problems.push_back("/sha256_prefix: expected 8 to 63 lower-case hexadecimal digits" + got(*digits));
    if (entry.sha256 && entry.sha256_prefix)
        problems.emplace_back("/sha256_prefix: the whole SHA-256 is there: leave it out");
    const WeightsPreprocessing& input = entry.preprocessing;
    if (input.resize_shorter_side && *input.resize_shorter_side < std::min(input.height, input.width))
        problems.push_back(
            format_text("/preprocessing/resize_shorter_side: the input of {}x{} cannot be cut out, got {}", input.width,
                        input.height, *input.resize_shorter_side));
    return problems;
}

bool is_of(const WeightsEntry& entry, const std::string& sha256) {
    if (!entry.sha256 && !entry.sha256_prefix) return false;
    return sha256 == entry.sha256.value_or(sha256) && sha256.starts_with(entry.sha256_prefix.value_or(""));
}

std::vector<WeightsEntry> read_manifest(std::string_view text, const std::string& source) {
    const Json document = parse_json(text, source);
    if (!document.is_object() || document.size() != 1 || !document.contains("weights") ||
        !document.at("weights").is_array())
        throw ConfigError(source + ": expected an object with one key, \"weights\", a list of entries");
    std::vector<WeightsEntry> entries;
    std::vector<std::string> problems;
    std::set<std::string> names, files;
    for (const Json& json : document.at("weights")) {
        const std::string pointer = format_text("{}: /weights/{}", source, entries.size());
        WeightsEntry& entry = entries.emplace_back();
        std::vector<std::string> found = read_options(json, [&](Fields& fields) { describe(fields, entry); });
        if (found.empty()) found = check_entry(entry);
        if (found.empty() && !names.insert(entry.name).second)
            found.push_back("/name: is there already" + got(entry.name));
        if (found.empty() && !files.insert(entry.file).second)
            found.push_back("/file: is there already" + got(entry.file));
        for (const std::string& problem : found) problems.push_back(pointer + problem);
    }
    if (!problems.empty()) throw ConfigError(problems);
    return entries;
}

const std::vector<WeightsEntry>& weights_manifest() {
    static const std::vector<WeightsEntry> entries = [] {
        try {
            return read_manifest(embedded_manifest(), "weights/manifest.json");
        } catch (const ConfigError& error) {
            throw std::logic_error(error.what());
        }
    }();
    return entries;
}

std::optional<WeightsEntry> default_weights(std::string_view architecture) {
    return first([&](const WeightsEntry& entry) { return entry.architecture == architecture; });
}

std::optional<WeightsEntry> find_weights(std::string_view name) {
    return first([&](const WeightsEntry& entry) { return entry.name == name; });
}

}  // namespace graft

#include "insight/facts_memo.hpp"

#include <array>
#include <bit>

#include "core/descriptor.hpp"
#include "core/folders.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using Words = FingerprintLog::Value;
constexpr std::uint64_t kRules = 1;  // changes when a picture would be measured otherwise
constexpr std::size_t kEntries = 3;

/// Facts take several entries: each has a key of its own.
Fingerprint key_of(const Fingerprint& content, std::uint64_t entry) {
    return {{content.words[0], content.words[1] ^ (kRules << 8 | entry)}};
}

std::uint64_t two(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }
std::uint64_t two(float high, float low) {
    return two(std::bit_cast<std::uint32_t>(high), std::bit_cast<std::uint32_t>(low));
}
std::uint32_t high_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
std::uint32_t low_of(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

std::array<Words, kEntries> words_of(const PictureFacts& facts) {
    const auto width = static_cast<std::uint32_t>(facts.width), height = static_cast<std::uint32_t>(facts.height);
    return {facts.pixels.words, Words{facts.hash, two(width, height)},
            Words{two(facts.brightest, facts.darkest), two(facts.information, facts.sharpness)}};
}

PictureFacts facts_of(const std::array<Words, kEntries>& words) {
    return {.width = static_cast<std::int32_t>(high_of(words[1][1])),
            .height = static_cast<std::int32_t>(low_of(words[1][1])),
            .brightest = std::bit_cast<float>(high_of(words[2][0])),
            .darkest = std::bit_cast<float>(low_of(words[2][0])),
            .information = std::bit_cast<float>(high_of(words[2][1])),
            .sharpness = std::bit_cast<float>(low_of(words[2][1])),
            .hash = words[1][0],
            .pixels = {words[0]}};
}

}  // namespace

std::optional<PictureFacts> FactsMemo::find(const Fingerprint& content) const {
    const std::scoped_lock lock(mutex_);
    if (const auto found = unwritten_.find(content); found != unwritten_.end()) return found->second;
    if (!log_) return std::nullopt;
    std::array<Words, kEntries> words{};
    for (std::size_t i = 0; i < kEntries; ++i) {
        const std::optional<Words> value = log_->find(key_of(content, i));
        if (!value) return std::nullopt;
        words[i] = *value;
    }
    return facts_of(words);
}

void FactsMemo::remember(const Fingerprint& content, const PictureFacts& facts) {
    const std::scoped_lock lock(mutex_);
    const std::array<Words, kEntries> words = words_of(facts);
    try {
        for (std::size_t i = 0; log_ && i < kEntries; ++i) log_->append(key_of(content, i), words[i]);
        if (log_) return;
    } catch (const Error&) {  // later runs measure the picture again
    }
    unwritten_[content] = facts;
}

std::unique_ptr<FactsMemo> open_facts_memo() {
    const std::filesystem::path folder = cache_folder();
    if (folder.empty()) return std::make_unique<FactsMemo>();
    try {
        std::filesystem::create_directories(folder);
        if (!is_anothers(folder)) return std::make_unique<FactsMemo>(folder / "pictures.bin");
    } catch (const std::exception&) {  // the pictures are measured again
    }
    return std::make_unique<FactsMemo>();
}

}  // namespace graft

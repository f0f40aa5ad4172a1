#include "weights/format/torchscript_code.hpp"

#include <algorithm>
#include <array>

namespace graft {
namespace {

constexpr std::array<std::string_view, 11> kLeadOut = {"save",      "from_file",        "rpc_sync",
                                                       "rpc_async", "rpc_remote",       "_nnapi",
                                                       "c10d",      "_c10d_functional", "_c10d_functional_autograd",
                                                       "symm_mem",  "debugprims"};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_with(std::string_view text, std::string_view ending) {
    return text.size() >= ending.size() &&
           std::ranges::equal(text.substr(text.size() - ending.size()), ending, {}, lower);
}

/// Where a literal of word characters that begins at `begin` ends, if a parenthesis closes behind it; else npos.
std::size_t end_of_plain_literal(std::string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text.size() && (is_word(text[end]) || text[end] == '-' || text[end] == '.')) ++end;
    if (end == text.size() || text[end] != '"') return std::string_view::npos;
    ++end;
    while (end < text.size() && is_space(text[end])) ++end;
    return end < text.size() && text[end] == ')' ? end : std::string_view::npos;
}

/// Whether `getattr` is called as LibTorch writes it: `(blocks, "0")`, also one call around another.
bool names_a_plain_attribute(std::string_view arguments) {
    int depth = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == '"') i = end_of_plain_literal(arguments, i);
        if (i == std::string_view::npos) return false;
        const char c = arguments[i];
        if (!is_word(c) && !is_space(c) && c != '.' && c != ',' && c != '(' && c != ')') return false;
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (depth == 0) return c == ')';
    }
    return false;
}

}  // namespace

bool is_code(std::string_view record) { return ends_with(record, ".py"); }
bool is_old_index(std::string_view record) { return ends_with(record, "/model.json"); }

std::string word_that_leads_out(std::string_view source) {
    for (std::size_t begin = 0, end = 0; begin < source.size(); begin = end + 1) {
        for (end = begin; end < source.size() && is_word(source[end]);) ++end;
        const std::string_view word = source.substr(begin, end - begin);
        const bool built = word == "getattr" && !names_a_plain_attribute(source.substr(end));
        if (built || std::ranges::find(kLeadOut, word) != kLeadOut.end()) return std::string(word);
    }
    return "";
}

}  // namespace graft

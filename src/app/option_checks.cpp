#include "app/option_checks.hpp"

#include <charconv>
#include <cstdint>

#include "config/limits_text.hpp"
#include "core/names.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

template <class Number>
CLI::Validator check(const std::string& type, const Limits& limits) {
    const auto problem = [type, limits](std::string& text) -> std::string {
        Number value{};
        const char* end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && stopped == end && within(static_cast<double>(value), limits)) return "";
        return "expected " + number_text(type, limits) + ", got \"" + text + "\"";
    };
    return CLI::Validator(problem, "");
}

}  // namespace

CLI::Validator integer_in(const Limits& limits) { return check<std::int64_t>("integer", limits); }

CLI::Validator number_in(const Limits& limits) { return check<double>("number", limits); }

CLI::Option* takes_one_of(CLI::Option* option, const std::vector<std::string>& names) {
    std::string shown;
    for (const std::string& name : names) shown += (shown.empty() ? "" : "|") + name;
    const auto problem = [names](std::string& text) -> std::string {
        for (const std::string& name : names)
            if (text == name) return "";
        return "expected one of " + joined(names) + ", got \"" + text + "\"" + did_you_mean(text, names);
    };
    return option->type_name(shown)->check(CLI::Validator(problem, ""));
}

}  // namespace graft

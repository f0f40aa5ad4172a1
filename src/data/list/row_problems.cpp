#include "data/list/row_problems.hpp"

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::size_t kRowsNamed = 20;

}  // namespace

void RowProblems::add(std::size_t line, const std::string& what) {
    if (++count_ <= kRowsNamed) first_.push_back(format_text("\n  line {}: {}", line, shown(what)));
}

void RowProblems::throw_if_any(const std::filesystem::path& list, std::size_t rows) const {
    if (count_ == 0) return;
    std::string message = format_text("{}: {} of {} cannot be used:", list,
                                      with_commas(static_cast<std::int64_t>(count_)), count_of(rows, "row"));
    for (const std::string& row : first_) message += row;
    if (count_ > kRowsNamed)
        message += format_text("\n  and {} more", with_commas(static_cast<std::int64_t>(count_ - kRowsNamed)));
    for (const std::string& advice : advice_) message += "\n" + advice;
    throw DataError(message);
}

}  // namespace graft

#include "core/foreign_error.hpp"

#include <algorithm>

namespace graft {

std::string cause_in(const std::string& what) {
    const std::size_t cause = what.find("RuntimeError: ");
    const std::size_t begin = cause == std::string::npos ? std::min(what.find_first_not_of('\n'), what.size()) : cause;
    return what.substr(begin, what.find('\n', begin) - begin);
}

}  // namespace graft
